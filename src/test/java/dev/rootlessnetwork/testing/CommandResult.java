package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a command ended and what it said.
 *
 * @param exitStatus 128 + signal number when a signal ended it
 */
public record CommandResult(List<String> command, int exitStatus, String stdout, String stderr) {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    public CommandResult {
        command = List.copyOf(command);
    }

    /** Runs a command to its end, at most a minute, with nothing on its standard input. */
    public static CommandResult run(String... command) {
        return run(List.of(command));
    }

    /** Runs a command to its end, at most a minute, with nothing on its standard input. */
    public static CommandResult run(List<String> command) {
        return run(new ProcessBuilder(command));
    }

    /**
     * Runs a prepared command, that has its environment and directory set, to its end.
     *
     * @throws AssertionError if it cannot be started, or is still running after a minute (it is killed then)
     */
    public static CommandResult run(ProcessBuilder prepared) {
        List<String> command = prepared.command();
        try {
            Path stdout = Files.createTempFile("command", ".out");
            Path stderr = Files.createTempFile("command", ".err");
            try {
                Process process = prepared.redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(stdout.toFile())
                        .redirectError(stderr.toFile())
                        .start();
                boolean ended = process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.destroyForcibly().waitFor();
                }
                var result = new CommandResult(
                        command, process.exitValue(), Files.readString(stdout), Files.readString(stderr));
                if (!ended) {
                    throw new AssertionError("still running after " + DEADLINE + ": " + result);
                }
                return result;
            } finally {
                Files.delete(stdout);
                Files.delete(stderr);
            }
        } catch (IOException e) {
            throw new AssertionError("run " + command + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command, e);
        }
    }

    /**
     * This result, when the command succeeded.
     *
     * @throws AssertionError with everything it said, when it did not
     */
    public CommandResult orFail() {
        if (exitStatus != 0) {
            throw new AssertionError("failed: " + this);
        }
        return this;
    }
}
