package dev.rootlessnetwork.posix;

import java.nio.file.Path;
import java.util.Optional;

/** An exclusive lock of a file or a whole directory, held until closed or the process ends, see flock(2). */
public final class DirectoryLock implements AutoCloseable {
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final Fd directory;

    private DirectoryLock(Fd directory) {
        this.directory = directory;
    }

    /** Takes the lock without waiting; empty if another has it, be it in this process. */
    public static Optional<DirectoryLock> tryLock(Path path) throws PosixException {
        Fd directory = Fd.openRead(path);
        try (Fd.Lease lease = directory.lease()) {
            LibC.check(LibC.C.flock(lease.number(), LOCK_EX | LOCK_NB), "lock " + path);
            return Optional.of(new DirectoryLock(directory));
        } catch (PosixException e) {
            directory.close();
            if (e.errno() == LibC.EAGAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
