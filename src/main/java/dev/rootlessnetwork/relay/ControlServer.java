package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.User;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control socket of a relay. Its directory keeps other users out; those who get here all the same are refused. */
final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private static final Duration RETRY = Duration.ofMillis(20);
    /** How long callers may take to read their last answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final AFUNIXServerSocket server;
    private final Controls.Relay relay;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService connections = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "control");
        thread.setDaemon(true);
        return thread;
    });

    private ControlServer(AFUNIXServerSocket server, Controls.Relay relay) {
        this.server = server;
        this.relay = relay;
    }

    static ControlServer bind(Path socket, Controls.Relay relay) throws IOException {
        return new ControlServer(AFUNIXServerSocket.bindOn(AFUNIXSocketAddress.of(socket)), relay);
    }

    void start() {
        Thread thread = new Thread(this::acceptAll, "control-accept");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                AFUNIXSocket connection = server.accept();
                connections.execute(() -> serve(connection));
            } catch (IOException e) {
                LOG.debug("No control connection error={}", e.getMessage());
                awaitDescriptors();
            }
        }
    }

    /** What keeps connections from being accepted is mostly want of descriptors, which passes. */
    private void awaitDescriptors() {
        try {
            boolean ended = closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
            LOG.trace("Waited for descriptors ended={}", ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(AFUNIXSocket connection) {
        try (Wire wire = new Wire(connection);
                Controls controls = new Controls(relay)) {
            if (!wire.isOf(User.effectiveId())) {
                LOG.warn("Refused a control connection of another user");
                return;
            }
            for (Request request = wire.receive(Request.class);
                    request != null;
                    request = wire.receive(Request.class)) {
                answer(wire, controls, request);
            }
        } catch (IOException e) {
            LOG.debug("A control connection ended error={}", e.getMessage());
        }
    }

    private static void answer(Wire wire, Controls controls, Request request) throws IOException {
        List<Fd> descriptors = wire.takeReceived();
        Answer answer;
        try {
            answer = controls.answer(request, descriptors);
        } catch (IOException | IllegalArgumentException e) {
            descriptors.forEach(Fd::close);
            answer = Answer.of(new Reply.Failed(String.valueOf(e.getMessage())));
        }
        wire.send(answer.reply(), answer.descriptors());
    }

    /** Who is being answered gets the answer, such as who has just closed the last port. */
    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        connections.shutdown();
        try {
            if (!connections.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("Leaving control connections that nobody closes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
