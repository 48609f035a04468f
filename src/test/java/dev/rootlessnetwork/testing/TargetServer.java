package dev.rootlessnetwork.testing;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** A server inside a {@link TargetProcess}, ended with it or earlier. */
public final class TargetServer implements AutoCloseable {
    private final Process process;

    TargetServer(Process process) {
        this.process = process;
    }

    static String script() {
        try {
            return Path.of(Objects.requireNonNull(TargetServer.class.getResource("target-server.py"))
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    public int pid() {
        return Math.toIntExact(process.pid());
    }

    /** Kills the server and waits until it is gone: its port is closed then. */
    @Override
    public void close() {
        Readiness.kill(process);
    }
}
