package dev.rootlessnetwork.posix;

import java.util.Optional;

/** The processes that this process spawned through {@link Spawn}. */
public final class Children {
    private static final int WNOHANG = 1;

    private Children() {}

    /** Takes note of a child's end, without waiting; empty while it runs, and for what is no child of ours. */
    public static Optional<ExitStatus> reap(int pid) {
        int[] status = new int[1];
        int result = LibC.C.waitpid(pid, status, WNOHANG);
        return result == pid ? Optional.of(ExitStatus.ofWait(status[0])) : Optional.empty();
    }
}
