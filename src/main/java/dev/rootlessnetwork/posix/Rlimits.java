package dev.rootlessnetwork.posix;

/** Resource limits of running processes, see prlimit(2). */
public final class Rlimits {
    private static final int RLIMIT_FSIZE = 1;

    private Rlimits() {}

    /**
     * Lets a process die by SIGXFSZ when it writes beyond so many bytes of a file; sets the soft and the hard limit. A
     * lower hard limit that it has already, which only root could raise, is left as it is.
     *
     * @throws PosixException ESRCH: no such process; EPERM: it is another user's
     */
    public static void limitFileSize(int pid, long bytes) throws PosixException {
        if (pid <= 0 || bytes < 0) {
            throw new IllegalArgumentException("limit of " + bytes + " bytes for process " + pid);
        }
        Struct old = new Struct(2 * Long.BYTES);
        String doing = "limit the size of files of process " + pid;
        LibC.check(LibC.C.prlimit(pid, RLIMIT_FSIZE, null, old.bytes()), doing);
        long hard = old.getLong(Long.BYTES); // unsigned, and at its largest where there is none
        long lower = Long.compareUnsigned(hard, bytes) < 0 ? hard : bytes;
        Struct limit = new Struct(2 * Long.BYTES).putLong(0, lower).putLong(Long.BYTES, lower);
        LibC.check(LibC.C.prlimit(pid, RLIMIT_FSIZE, limit.bytes(), old.bytes()), doing);
    }
}
