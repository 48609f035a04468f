package dev.rootlessnetwork.posix;

import java.time.Duration;
import java.util.Optional;

/** Collects the exit status of processes started by {@link Spawn}; the JVM's own reaper knows only its own. */
public final class Children {
    private static final int WNOHANG = 1;

    private Children() {}

    /**
     * Reaps a child that has ended, without waiting. Its number is free for another process afterwards.
     *
     * @return empty while it runs, and for what is no child of ours (any more)
     */
    public static Optional<ExitStatus> reap(int pid) {
        if (pid <= 0) {
            throw new IllegalArgumentException("not a process: " + pid);
        }
        int[] status = new int[1];
        // Cannot be interrupted, as it does not wait; the one error left is ECHILD.
        long result = LibC.C.waitpid(pid, status, WNOHANG);
        return result == pid ? Optional.of(ExitStatus.ofWait(status[0])) : Optional.empty();
    }

    /**
     * Kills what is in the process group that a process of {@link Spawn} leads, so that nothing it started is left. Call it
     * before the process is reaped, after which its number may come to name another group.
     */
    public static void killGroup(int leader) {
        if (leader <= 1) {
            throw new IllegalArgumentException("not the leader of a group: " + leader);
        }
        LibC.C.kill(-(long) leader, Signal.KILL.number()); // ESRCH: there is none any more
    }

    /**
     * Kills a child that cannot be held by a {@link PidFd}, for lack of descriptors say, with its group, and reaps it.
     */
    public static void killAndReap(int pid) {
        killGroup(pid);
        LibC.C.waitpid(pid, new int[1], 0); // a killed process does not last
    }

    /** Waits for a child to end and reaps it; empty when the time was over first, and for what is no child of ours. */
    public static Optional<ExitStatus> await(int pid, Duration timeout) throws PosixException {
        try (PidFd process = PidFd.open(pid)) {
            return process.awaitExit(timeout) ? reap(pid) : Optional.empty();
        } catch (PosixException e) {
            if (e.is("ESRCH")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
