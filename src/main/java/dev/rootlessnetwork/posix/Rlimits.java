package dev.rootlessnetwork.posix;

/** Resource limits of running processes, see prlimit(2). */
public final class Rlimits {
    private static final int RLIMIT_FSIZE = 1;

    private Rlimits() {}

    /**
     * Lets a process die by SIGXFSZ when it writes beyond so many bytes of a file; sets the soft and the hard limit.
     *
     * @throws PosixException ESRCH: no such process; EPERM: it is another user's, or has a lower limit already
     */
    public static void limitFileSize(int pid, long bytes) throws PosixException {
        if (pid <= 0 || bytes < 0) {
            throw new IllegalArgumentException("limit of " + bytes + " bytes for process " + pid);
        }
        Struct limit = new Struct(2 * Long.BYTES).putLong(0, bytes).putLong(Long.BYTES, bytes);
        Struct old = new Struct(2 * Long.BYTES);
        LibC.check(
                LibC.C.prlimit(pid, RLIMIT_FSIZE, limit.bytes(), old.bytes()),
                "limit the size of files of process " + pid);
    }
}
