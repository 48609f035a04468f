package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.nio.file.Path;

/**
 * A directory below which paths are resolved as if it were the root: an absolute symbolic link, or {@code ..}, never leads out
 * of it. See openat2(2); Linux 5.6.
 */
public final class RootDirectory implements AutoCloseable {
    private static final int OPEN_HOW_SIZE = 24;
    private static final int RESOLVE_OFFSET = 16;
    /**
     * Links of /proc, such as /proc/PID/root, lead to where no path can be confined. The kernel follows none below a root as
     * it is, but only "currently", says the manual.
     */
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;

    private static final long RESOLVE_IN_ROOT = 0x10;
    /** {@code ..} cannot be resolved safely while something is renamed or mounted, and the kernel leaves the retry to us. */
    private static final int ATTEMPTS = 100;

    private final Fd directory;

    private RootDirectory(Fd directory) {
        this.directory = directory;
    }

    /**
     * Takes hold of a directory, and makes sure that paths can be resolved below it.
     *
     * @throws PosixException ENOSYS: the kernel does not know how
     */
    public static RootDirectory open(Path path) throws PosixException {
        RootDirectory root = new RootDirectory(Fd.openPath(path));
        try {
            root.openPath(Path.of("/")).close();
            return root;
        } catch (PosixException e) {
            root.close();
            throw e;
        }
    }

    /** Takes hold of what an absolute path names below this, as {@link Fd#openPath} does. */
    public Fd openPath(Path path) throws PosixException {
        byte[] how = new Struct(OPEN_HOW_SIZE)
                .putLong(0, Fd.O_PATH | LibC.O_CLOEXEC)
                .putLong(RESOLVE_OFFSET, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
                .bytes();
        try (Fd.Lease lease = directory.lease()) {
            for (int attempt = 1; ; attempt++) {
                int fd = (int) C.syscall(LibC.SYS_OPENAT2, lease.number(), path.toString(), how, OPEN_HOW_SIZE);
                if (fd != -1) {
                    return new Fd(fd);
                }
                int errno = LibC.errno();
                if (attempt == ATTEMPTS || (errno != LibC.EAGAIN && errno != LibC.EINTR)) {
                    throw failure("open " + path, errno);
                }
            }
        }
    }

    private static PosixException failure(String doing, int errno) {
        return switch (errno) {
            case LibC.ENOSYS -> new PosixException(doing, errno, "openat2(2) needs Linux 5.6 or newer");
            case LibC.ELOOP ->
                new PosixException(doing, errno, "links of /proc are not followed: name a process by its PID");
            default -> new PosixException(doing, errno);
        };
    }

    @Override
    public void close() {
        directory.close();
    }
}
