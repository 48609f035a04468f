package dev.rootlessnetwork.slirp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * The API of one running slirp4netns: a request for each connection, sent whole by one write, since slirp4netns reads
 * once and stands still while it waits (slirp4netns(1), "API SOCKET"). Calls for one process must follow one another.
 */
public final class SlirpApi {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    /** slirp4netns reads into a buffer of 4096 bytes and refuses what fills it. */
    private static final int LONGEST_REQUEST = 4095;

    /** Ample for 65535 forwards at about 110 bytes each. */
    private static final int LONGEST_REPLY = 16 << 20;

    private static final int LARGEST_PORT = 65535;

    private final Path socket;
    private final SlirpCallListener listener;

    public SlirpApi(Path socket, SlirpCallListener listener) {
        this.socket = socket;
        this.listener = listener;
    }

    /** Reads an answer that is no error. */
    private interface Reader<T> {
        T read(JsonNode answer) throws SlirpApiException;
    }

    /**
     * Opens a forward.
     *
     * @return its number
     * @throws SlirpApiException REFUSED for any failure to bind; slirp4netns does not tell which
     * @throws IllegalArgumentException if the forward is not plain IPv4 with ports in 1–65535: slirp4netns would not check
     */
    public int addHostfwd(PortForward forward) throws SlirpApiException {
        ForwardId id = forward.id();
        ObjectNode request = request("add_hostfwd");
        request.withObject("/arguments")
                .put("proto", id.protocol().name().toLowerCase(Locale.ROOT))
                .put("host_addr", ipv4(id.hostIp()))
                .put("host_port", port(id.hostPort()))
                .put("guest_addr", ipv4(forward.guestIp()))
                .put("guest_port", port(forward.guestPort()));
        return call(request, answer -> {
            JsonNode number = answer.path("return").path("id");
            if (!number.isInt()) {
                throw unknownAnswer("add_hostfwd", answer);
            }
            return number.intValue();
        });
    }

    /** Closes a forward; connections that it has go on. */
    public void removeHostfwd(int id) throws SlirpApiException {
        ObjectNode request = request("remove_hostfwd");
        request.withObject("/arguments").put("id", id);
        call(request, answer -> {
            if (!answer.path("return").isObject()) {
                throw unknownAnswer("remove_hostfwd", answer);
            }
            return id;
        });
    }

    /** All forwards that slirp4netns has now. */
    public List<ActiveForward> listHostfwd() throws SlirpApiException {
        return call(request("list_hostfwd"), SlirpApi::forwards);
    }

    private static List<ActiveForward> forwards(JsonNode answer) throws SlirpApiException {
        // version 1.2 answers without the "return" that its manual page shows
        JsonNode entries = answer.has("entries")
                ? answer.get("entries")
                : answer.path("return").path("entries");
        if (!entries.isArray()) {
            throw unknownAnswer("list_hostfwd", answer);
        }
        List<ActiveForward> forwards = new ArrayList<>();
        for (JsonNode entry : entries) {
            forwards.add(parse(entry));
        }
        return forwards;
    }

    private static ActiveForward parse(JsonNode entry) throws SlirpApiException {
        try {
            ForwardId id = new ForwardId(
                    Protocol.valueOf(entry.required("proto").asText().toUpperCase(Locale.ROOT)),
                    InetAddresses.forString(entry.required("host_addr").asText()),
                    port(whole(entry, "host_port")));
            return new ActiveForward(
                    whole(entry, "id"),
                    new PortForward(
                            id,
                            InetAddresses.forString(entry.required("guest_addr").asText()),
                            port(whole(entry, "guest_port"))));
        } catch (IllegalArgumentException e) {
            throw unknownAnswer("list_hostfwd", entry);
        }
    }

    private static int whole(JsonNode entry, String field) {
        JsonNode number = entry.required(field);
        if (!number.isInt()) {
            throw new IllegalArgumentException(field + " is no whole number");
        }
        return number.intValue();
    }

    private static ObjectNode request(String command) {
        return JSON.createObjectNode().put("execute", command);
    }

    private <T> T call(ObjectNode request, Reader<T> reader) throws SlirpApiException {
        String command = request.path("execute").asText();
        byte[] bytes = request.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LONGEST_REQUEST) {
            throw new IllegalArgumentException("request of " + bytes.length + " bytes: " + command);
        }
        long start = System.nanoTime();
        boolean failed = true;
        try {
            T result = reader.read(answer(command, bytes));
            failed = false;
            return result;
        } finally {
            listener.called(command, Duration.ofNanos(System.nanoTime() - start), failed);
        }
    }

    private JsonNode answer(String command, byte[] request) throws SlirpApiException {
        byte[] reply = exchange(command, request);
        if (reply.length == 0) {
            throw new SlirpApiException(
                    SlirpApiException.Kind.GONE,
                    "slirp4netns on " + socket + " hung up on " + command + " without an answer",
                    null);
        }
        JsonNode answer = parse(command, reply);
        if (answer.has("error")) {
            throw new SlirpApiException(
                    SlirpApiException.Kind.REFUSED,
                    "slirp4netns refused " + command + ": "
                            + answer.path("error").path("desc").asText(answer.toString()),
                    null);
        }
        return answer;
    }

    private byte[] exchange(String command, byte[] request) throws SlirpApiException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        try (AFUNIXSocket connection = AFUNIXSocket.newInstance()) {
            connection.setSoTimeout((int) DEADLINE.toMillis()); // SO_SNDTIMEO, too: connecting to a full queue waits
            connection.connect(AFUNIXSocketAddress.of(socket), (int) DEADLINE.toMillis());
            connection.getOutputStream().write(request);
            // By its channel: java.net.Socket's own method takes this socket for unconnected in newer JDKs
            // (25).
            connection.getChannel().shutdownOutput();
            return readAll(connection, deadline);
        } catch (SocketTimeoutException e) {
            throw new SlirpApiException(
                    SlirpApiException.Kind.TIMEOUT,
                    "slirp4netns did not answer " + command + " within " + DEADLINE.toSeconds() + " s on " + socket,
                    e);
        } catch (SlirpApiException e) {
            throw e;
        } catch (IOException e) {
            throw new SlirpApiException(
                    SlirpApiException.Kind.GONE,
                    "cannot reach slirp4netns on " + socket + " for " + command + ": " + e.getMessage(),
                    e);
        }
    }

    private static byte[] readAll(AFUNIXSocket connection, long deadline) throws IOException {
        InputStream input = connection.getInputStream();
        byte[] reply = new byte[4096];
        int length = 0;
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("answer is incomplete");
            }
            connection.setSoTimeout((int) left);
            int count = input.read(reply, length, reply.length - length);
            if (count < 0) {
                return java.util.Arrays.copyOf(reply, length);
            }
            length += count;
            if (length == reply.length) {
                if (length >= LONGEST_REPLY) {
                    throw new SlirpApiException(
                            SlirpApiException.Kind.PROTOCOL,
                            "slirp4netns answered with more than " + LONGEST_REPLY + " bytes",
                            null);
                }
                reply = java.util.Arrays.copyOf(reply, length * 2);
            }
        }
    }

    private static JsonNode parse(String command, byte[] reply) throws SlirpApiException {
        try {
            return JSON.readTree(reply);
        } catch (JsonProcessingException e) {
            throw new SlirpApiException(
                    SlirpApiException.Kind.PROTOCOL, "slirp4netns answered " + command + " with what is no JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    private static SlirpApiException unknownAnswer(String command, JsonNode answer) {
        return new SlirpApiException(
                SlirpApiException.Kind.PROTOCOL,
                "slirp4netns answered " + command + " in a form that we do not know: " + answer,
                null);
    }

    private static String ipv4(InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException("slirp4netns forwards IPv4 only: " + address);
        }
        return InetAddresses.toAddrString(address);
    }

    private static int port(int port) {
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("not a port: " + port);
        }
        return port;
    }
}
