package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.Threads;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API of the real slirp4netns, and sockets that behave worse. */
class SlirpApiIT {
    @TempDir
    Path temporary;

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private void note(String command, Duration took, boolean failed) {
        assertThat(took).isPositive();
        calls.add(command + (failed ? " failed" : ""));
    }

    private static PortForward forward(Protocol protocol, String hostIp, int hostPort) {
        return new PortForward(
                new ForwardId(protocol, InetAddresses.forString(hostIp), hostPort),
                InetAddresses.forString("10.0.2.100"),
                80);
    }

    @Test
    void addsListsAndRemovesForwards() throws Exception {
        try (TargetProcess target = TargetProcess.inNetworkNamespace()) {
            Path socket = temporary.resolve("api.sock");
            Process slirp = new ProcessBuilder(
                            "slirp4netns",
                            "-c",
                            "--api-socket",
                            socket.toString(),
                            String.valueOf(target.pid()),
                            "tap0")
                    .redirectErrorStream(true)
                    .redirectOutput(temporary.resolve("log").toFile())
                    .start();
            try {
                org.awaitility.Awaitility.await()
                        .atMost(10, TimeUnit.SECONDS)
                        .until(() -> Files.exists(socket)
                                && target.run("ip", "link", "show", "tap0").exitStatus() == 0);
                SlirpApi api = new SlirpApi(socket, this::note);
                assertThat(api.listHostfwd()).isEmpty();
                PortForward tcp = forward(Protocol.TCP, "127.0.0.1", 18080);
                PortForward udp = forward(Protocol.UDP, "0.0.0.0", 18081);
                assertThat(api.addHostfwd(tcp)).isEqualTo(1);
                assertThat(api.addHostfwd(udp)).isEqualTo(2);
                assertThat(api.listHostfwd()).containsExactly(new ActiveForward(1, tcp), new ActiveForward(2, udp));
                SlirpApiException taken = catchThrowableOfType(SlirpApiException.class, () -> api.addHostfwd(tcp));
                assertThat(taken.kind()).isEqualTo(SlirpApiException.Kind.REFUSED);
                assertThat(taken)
                        .hasMessage("slirp4netns refused add_hostfwd: bad request: add_hostfwd:"
                                + " slirp_add_hostfwd failed");
                api.removeHostfwd(1);
                assertThat(api.listHostfwd()).containsExactly(new ActiveForward(2, udp));
                SlirpApiException unknown = catchThrowableOfType(SlirpApiException.class, () -> api.removeHostfwd(1));
                assertThat(unknown.kind()).isEqualTo(SlirpApiException.Kind.REFUSED);
                assertThat(calls)
                        .containsExactly(
                                "list_hostfwd",
                                "add_hostfwd",
                                "add_hostfwd",
                                "list_hostfwd",
                                "add_hostfwd failed",
                                "remove_hostfwd",
                                "list_hostfwd",
                                "remove_hostfwd failed");
            } finally {
                slirp.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void neverSendsWhatSlirp4netnsWouldNotCheck() {
        SlirpApi api = new SlirpApi(temporary.resolve("api.sock"), this::note);
        assertThatThrownBy(() -> api.addHostfwd(forward(Protocol.TCP, "0.0.0.0", 84000)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> api.addHostfwd(forward(Protocol.TCP, "::1", 80)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(calls).isEmpty();
    }

    @Test
    void tellsThatNobodyListens() {
        SlirpApiException gone = catchThrowableOfType(
                SlirpApiException.class, () -> new SlirpApi(temporary.resolve("api.sock"), this::note).listHostfwd());
        assertThat(gone.kind()).isEqualTo(SlirpApiException.Kind.GONE);
        assertThat(calls).containsExactly("list_hostfwd failed");
    }

    @Test
    void givesUpOnASocketThatAcceptsAndNeverAnswers() throws IOException {
        try (ServerSocketChannel server = listen(16)) {
            SlirpApiException timeout = catchThrowableOfType(
                    SlirpApiException.class,
                    () -> new SlirpApi(temporary.resolve("api.sock"), this::note).listHostfwd());
            assertThat(timeout.kind()).isEqualTo(SlirpApiException.Kind.TIMEOUT);
            assertThat(timeout)
                    .hasMessage(
                            "slirp4netns did not answer list_hostfwd within 2 s on " + temporary.resolve("api.sock"));
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void givesUpOnASocketWhoseQueueIsFull() throws Exception {
        try (ServerSocketChannel server = listen(1);
                SocketChannel first = SocketChannel.open(StandardProtocolFamily.UNIX);
                SocketChannel second = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(temporary.resolve("api.sock"));
            first.connect(address);
            second.connect(address);
            CompletableFuture<SlirpApiException> failure = CompletableFuture.supplyAsync(
                    () -> catchThrowableOfType(
                            SlirpApiException.class,
                            () -> new SlirpApi(temporary.resolve("api.sock"), this::note).listHostfwd()),
                    Threads.OWN);
            assertThat(failure.get(20, TimeUnit.SECONDS).kind()).isEqualTo(SlirpApiException.Kind.TIMEOUT);
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void understandsTheAnswerThatTheManualPageShows() throws Exception {
        String manual = "{\"return\":{\"entries\":[{\"id\":42,\"proto\":\"tcp\",\"host_addr\":\"0.0.0.0\","
                + "\"host_port\":8080,\"guest_addr\":\"10.0.2.100\",\"guest_port\":80}]}}";
        assertThat(answered(manual).listHostfwd())
                .containsExactly(new ActiveForward(42, forward(Protocol.TCP, "0.0.0.0", 8080)));
    }

    @Test
    void tellsOfAnAnswerThatItDoesNotKnow() throws Exception {
        for (String answer : new String[] {
            "{\"entries\":[]} more",
            "{\"entries\":[{\"id\":\"1\",\"proto\":\"tcp\",\"host_addr\":\"0.0.0.0\",\"host_port\":80,"
                    + "\"guest_addr\":\"10.0.2.100\",\"guest_port\":80}]}",
            "{}",
            "{\"return\":{}}",
            "no JSON",
            "{\"entries\":[{\"id\":1}]}"
        }) {
            SlirpApi api = answered(answer);
            SlirpApiException failure = catchThrowableOfType(SlirpApiException.class, api::listHostfwd);
            assertThat(failure.kind()).as(answer).isEqualTo(SlirpApiException.Kind.PROTOCOL);
        }
        assertThat(calls).hasSize(6).containsOnly("list_hostfwd failed");
    }

    @Test
    void takesARemovalForDoneOnlyIfItIsAnswered() throws Exception {
        answered("{\"return\":{}}").removeHostfwd(1);
        SlirpApi odd = answered("{}");
        assertThat(catchThrowableOfType(SlirpApiException.class, () -> odd.removeHostfwd(1))
                        .kind())
                .isEqualTo(SlirpApiException.Kind.PROTOCOL);
        SlirpApi dying = answered("");
        SlirpApiException gone = catchThrowableOfType(SlirpApiException.class, () -> dying.removeHostfwd(1));
        assertThat(gone.kind()).isEqualTo(SlirpApiException.Kind.GONE);
        assertThat(gone)
                .hasMessage("slirp4netns on " + temporary.resolve("api.sock")
                        + " hung up on remove_hostfwd without an answer");
    }

    private ServerSocketChannel listen(int backlog) throws IOException {
        Files.deleteIfExists(temporary.resolve("api.sock"));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(temporary.resolve("api.sock")), backlog);
        return server;
    }

    private SlirpApi answered(String answer) throws IOException {
        ServerSocketChannel server = listen(1);
        new Thread(() -> {
                    try (server;
                            SocketChannel connection = server.accept()) {
                        connection.read(ByteBuffer.allocate(4096));
                        connection.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .start();
        return new SlirpApi(temporary.resolve("api.sock"), this::note);
    }
}
