package dev.rootlessnetwork.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that say {@code ready} on standard output once they are, so that nobody has to guess when. */
final class Readiness {
    private Readiness() {}

    /** Starts a process and blocks until it is ready. Its standard error is ours. */
    static Process start(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            // The stream stays open: a process that writes more must not get SIGPIPE.
            var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = output.readLine();
            if (!"ready".equals(line)) {
                kill(process);
                throw new AssertionError(command + " said \"" + line + "\" instead of being ready");
            }
            return process;
        } catch (IOException e) {
            throw new AssertionError("start " + command + ": " + e.getMessage(), e);
        }
    }

    /** Waits for a process that is ending, and kills it when a minute is over. */
    static void end(Process process) {
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill(process);
    }

    /** Kills a process with SIGKILL and waits until it is gone, however often the waiting is interrupted. */
    static void kill(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
