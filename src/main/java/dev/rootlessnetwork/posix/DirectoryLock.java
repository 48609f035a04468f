package dev.rootlessnetwork.posix;

import java.nio.file.Path;
import java.util.Optional;

/** An exclusive lock of a whole directory, held until closed or the process ends; flock(2). */
public final class DirectoryLock implements AutoCloseable {
    private static final int LOCK_EXCLUSIVE_NOW = 2 | 4;

    private final Fd directory;

    private DirectoryLock(Fd directory) {
        this.directory = directory;
    }

    /** Takes the lock without waiting; empty if another has it, be it in this process. */
    public static Optional<DirectoryLock> tryLock(Path path) throws PosixException {
        Fd directory = Fd.openRead(path);
        if (LibC.C.flock(directory.number(), LOCK_EXCLUSIVE_NOW) == 0) {
            return Optional.of(new DirectoryLock(directory));
        }
        PosixException failure = PosixException.last("flock " + path);
        directory.close();
        if (failure.is("EAGAIN") || failure.is("EWOULDBLOCK")) {
            return Optional.empty();
        }
        throw failure;
    }

    @Override
    public void close() {
        directory.close();
    }
}
