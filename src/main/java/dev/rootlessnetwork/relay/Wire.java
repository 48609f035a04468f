package dev.rootlessnetwork.relay;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rootlessnetwork.posix.Fd;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * One end of a control connection: lines of JSON, each with the descriptors that belong to it (SCM_RIGHTS, unix(7)). For one thread at
 * a time; answers follow requests, so that no line is ever behind another.
 */
final class Wire implements Closeable {
    /** As many as the kernel passes with one message: SCM_MAX_FD. */
    static final int MOST_DESCRIPTORS = 253;

    /** Ample for 65535 forwards by themselves. */
    private static final int LONGEST_LINE = 32 << 20;

    private static final int BUFFER_SIZE = 1 << 16;
    /** Room for {@link #MOST_DESCRIPTORS} numbers and the headers of their message. */
    private static final int ANCILLARY_SIZE = 4096;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final AFUNIXSocket socket;
    private final byte[] buffer = new byte[BUFFER_SIZE];
    private List<Fd> received = new ArrayList<>();

    Wire(AFUNIXSocket socket) throws IOException {
        this.socket = socket;
        socket.setAncillaryReceiveBufferSize(ANCILLARY_SIZE);
    }

    /** Connects to a relay. */
    static Wire connect(Path path, Duration timeout) throws IOException {
        AFUNIXSocket socket = AFUNIXSocket.newInstance();
        try {
            socket.setSoTimeout((int) timeout.toMillis()); // SO_SNDTIMEO, too: connecting to a full queue waits
            socket.connect(AFUNIXSocketAddress.of(path), (int) timeout.toMillis());
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** How long each read and write may take; zero: for ever. */
    void setTimeout(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
    }

    /**
     * Sends a line, with its descriptors.
     *
     * @param numbers of descriptors, which the caller keeps
     */
    void send(Object message, List<Integer> numbers) throws IOException {
        byte[] json = JSON.writeValueAsBytes(message);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        if (!numbers.isEmpty()) {
            FileDescriptor[] descriptors = new FileDescriptor[numbers.size()];
            for (int i = 0; i < descriptors.length; i++) {
                descriptors[i] = FileDescriptorCast.unsafeUsing(numbers.get(i)).getFileDescriptor();
            }
            socket.setOutboundFileDescriptors(descriptors);
        }
        socket.getOutputStream().write(line);
    }

    void send(Object message) throws IOException {
        send(message, List.of());
    }

    /** Receives a line; null if the other side has closed. */
    <T> @Nullable T receive(Class<T> kind) throws IOException {
        ObjectReader reader = JSON.readerFor(kind);
        byte @Nullable [] line = receiveLine();
        return line == null ? null : reader.readValue(line);
    }

    private byte @Nullable [] receiveLine() throws IOException {
        InputStream input = socket.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int count = input.read(buffer);
            takeDescriptors();
            if (count < 0) {
                return null;
            }
            if (buffer[count - 1] == '\n') {
                line.write(buffer, 0, count - 1);
                return line.toByteArray();
            }
            line.write(buffer, 0, count);
            if (line.size() > LONGEST_LINE) {
                throw new IOException("a line of the control protocol is longer than " + LONGEST_LINE + " bytes");
            }
        }
    }

    private void takeDescriptors() throws IOException {
        FileDescriptor[] descriptors = socket.getReceivedFileDescriptors();
        if (descriptors == null) {
            return;
        }
        for (FileDescriptor descriptor : descriptors) {
            // A copy, since the library closes what it gave when nobody seems to need it any more.
            try (FileInputStream original = FileDescriptorCast.using(descriptor).as(FileInputStream.class)) {
                received.add(
                        Fd.copyOf(FileDescriptorCast.using(original.getFD()).as(Integer.class)));
            }
        }
    }

    /** The descriptors that came with the lines since the last call; the caller is to close them. */
    List<Fd> takeReceived() {
        List<Fd> taken = received;
        received = new ArrayList<>();
        return taken;
    }

    /** Whether the other side is a process of a user. */
    boolean isOf(int user) throws IOException {
        return socket.getPeerCredentials().getUid() == user;
    }

    @Override
    public void close() throws IOException {
        takeReceived().forEach(Fd::close);
        socket.close();
    }
}
