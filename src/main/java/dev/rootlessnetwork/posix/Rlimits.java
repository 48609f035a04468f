package dev.rootlessnetwork.posix;

/** Resource limits of running processes, see prlimit(2). */
public final class Rlimits {
    private static final int RLIMIT_FSIZE = 1;
    private static final int RLIMIT_NOFILE = 7;

    private Rlimits() {}

    /** How many descriptors this process may have; the JVM has raised the soft limit to the hard one. */
    public static int openFiles() throws PosixException {
        Struct limit = new Struct(2 * Long.BYTES);
        LibC.check(LibC.C.prlimit(0, RLIMIT_NOFILE, null, limit.bytes()), "ask for the limit of open files");
        long soft = limit.getLong(0);
        return soft < 0 || soft > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) soft;
    }

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
