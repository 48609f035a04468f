package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Pipe;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Spawn;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** Asks an executable one question, in the environment in which it would be started, and leaves nothing of it behind. */
final class SlirpProbe {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int LONGEST_OUTPUT = 64 << 10;
    private static final int LONGEST_QUOTE = 300;

    /** Between two looks whether it has ended although others, whom it started, keep its output open. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private SlirpProbe() {}

    /**
     * What it prints on both outputs. Blocks for 5 s at most.
     *
     * @throws SlirpUnavailableException if it cannot be run, fails, or does not end in time
     */
    static String ask(Path executable, String flag) throws SlirpUnavailableException {
        String question = executable + " " + flag;
        try (Pipe output = Pipe.open()) {
            TreeMap<Integer, Fd> descriptors = new TreeMap<>();
            descriptors.put(1, output.writeEnd());
            descriptors.put(2, output.writeEnd());
            Spawn spawn =
                    new Spawn(executable, List.of(executable.toString(), flag), SlirpBinary.environment(), descriptors);
            try (PidFd process = spawn.startHeld()) {
                output.writeEnd().close();
                return ask(question, output, process);
            }
        } catch (PosixException e) {
            throw new SlirpUnavailableException("cannot run " + question + ": " + e.getMessage(), e);
        }
    }

    private static String ask(String question, Pipe output, PidFd process)
            throws PosixException, SlirpUnavailableException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        boolean ended = false;
        try {
            String text = read(output, process, deadline);
            ended = process.awaitExit(left(deadline));
            if (!ended) {
                throw new SlirpUnavailableException(
                        question + " did not end within " + DEADLINE.toSeconds() + " s: is it slirp4netns?");
            }
            Children.killGroup(process.pid());
            ExitStatus status = Children.reap(process.pid()).orElse(ExitStatus.UNKNOWN);
            if (!status.equals(new ExitStatus(0, 0))) {
                throw new SlirpUnavailableException(
                        question + " " + status + ": " + SlirpLog.clean(text, LONGEST_QUOTE));
            }
            return text;
        } finally {
            if (!ended) {
                Children.killAndReap(process.pid());
            }
        }
    }

    /** Reads to the end, and drops what is too much: who prints it is not to wait. */
    private static String read(Pipe output, PidFd process, long deadline) throws PosixException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        while (true) {
            boolean ended = process.exited();
            Duration left = left(deadline);
            Duration look = left.compareTo(LOOK) < 0 ? left : LOOK;
            if (output.awaitReadable(ended ? Duration.ZERO : look)) {
                int count = output.readEnd().read(buffer);
                if (count == 0) {
                    break;
                }
                text.write(buffer, 0, Math.min(count, LONGEST_OUTPUT - text.size()));
            } else if (ended) {
                break;
            }
            if (left.isZero()) {
                break;
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
