package dev.rootlessnetwork;

import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/**
 * Turns SIGTERM, SIGINT and SIGHUP, which the JVM answers by shutting down with an exit code of its own, into an orderly end
 * with exit code 0. While it is open.
 */
final class SignalExit implements AutoCloseable {
    private final Stop stop;
    private final PrintStream out;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Asks the work to end; must not block. */
    interface Stop {
        void stop() throws IOException;
    }

    private SignalExit(Stop stop, PrintStream out) {
        this.stop = stop;
        this.out = out;
    }

    /** @param stop makes the work end, upon which {@link #close} is to be called */
    static SignalExit calling(Stop stop, PrintStream out) {
        SignalExit exit = new SignalExit(stop, out);
        Runtime.getRuntime().addShutdownHook(new Thread(exit::shutDown, "signal"));
        return exit;
    }

    private void shutDown() {
        if (ended.getCount() == 0) {
            return; // the program ends by itself, with an exit code of its own
        }
        int exitCode = ExitCode.OK;
        try {
            stop.stop();
            ended.await();
        } catch (IOException | InterruptedException e) {
            exitCode = ExitCode.FAILED;
        }
        out.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
