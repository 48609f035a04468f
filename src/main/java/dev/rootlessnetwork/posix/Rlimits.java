package dev.rootlessnetwork.posix;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** Resource limits of running processes; prlimit(2). */
public final class Rlimits {
    private static final int RLIMIT_FSIZE = 1;

    private Rlimits() {}

    /** Lets a process die by SIGXFSZ when it writes beyond so many bytes of a file; lowers both the soft and hard limit. */
    public static void limitFileSize(int pid, long bytes) throws PosixException {
        Pointer limit = Memory.allocate(LibC.RUNTIME, 2 * Long.BYTES);
        limit.putLongLong(0, bytes);
        limit.putLongLong(Long.BYTES, bytes);
        PosixException.check(LibC.C.prlimit(pid, RLIMIT_FSIZE, limit, null), "prlimit RLIMIT_FSIZE of process " + pid);
    }
}
