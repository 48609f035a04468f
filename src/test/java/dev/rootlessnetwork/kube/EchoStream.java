package dev.rootlessnetwork.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** A client that sends to an echo server and reads back, on and on over one connection. */
final class EchoStream implements AutoCloseable {
    private static final int BLOCK = 8192;
    private static final int MORE = 50 * BLOCK;

    private final Socket connection;
    private final Thread thread = new Thread(this::echo, "echo-stream");
    private final AtomicLong received = new AtomicLong();
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private volatile boolean closing;

    EchoStream(int port) throws IOException {
        connection = new Socket(InetAddress.getLoopbackAddress(), port);
        thread.setDaemon(true);
        thread.start();
    }

    private void echo() {
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) 'x');
        try {
            while (!closing) {
                connection.getOutputStream().write(block);
                if (connection.getInputStream().readNBytes(BLOCK).length < BLOCK) {
                    throw new IOException("the connection was closed");
                }
                received.addAndGet(BLOCK);
            }
        } catch (IOException e) {
            failure.set(e);
        }
    }

    /** Blocks until a good deal more has come than has until now. */
    void awaitMore() {
        long before = received.get();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            if (failure.get() != null) {
                throw new UncheckedIOException("after " + received + " bytes", failure.get());
            }
            return received.get() >= before + MORE;
        });
    }

    @Override
    public void close() throws IOException {
        closing = true;
        connection.close();
    }
}
