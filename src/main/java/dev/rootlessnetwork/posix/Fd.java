package dev.rootlessnetwork.posix;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** An open descriptor with one owner, who closes it. Closed on exec, except in a child that it is handed to. */
public final class Fd implements AutoCloseable {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_WRONLY = 1;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    private static final int O_CREAT = 0x40;
    private static final int O_APPEND = 0x400;
    private static final int PRIVATE = 0600;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /** Opens for reading. Never blocks on a FIFO. */
    public static Fd openRead(Path path) throws PosixException {
        return open(path, O_RDONLY | O_NONBLOCK);
    }

    /** Opens for writing at the end, and makes the file, readable by us alone, where it is missing. */
    public static Fd openAppend(Path path) throws PosixException {
        return open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
    }

    /** /dev/null for reading. */
    public static Fd openNull() throws PosixException {
        return open(Path.of("/dev/null"), O_RDONLY);
    }

    static Fd open(Path path, int flags) throws PosixException {
        return new Fd(PosixException.check(LibC.C.open(path.toString(), flags | O_CLOEXEC, PRIVATE), "open " + path));
    }

    /**
     * The descriptor's number, for a system call that is made at once.
     *
     * @throws IllegalStateException if it is closed
     */
    public int number() {
        int open = number.get();
        if (open == CLOSED) {
            throw new IllegalStateException("descriptor is closed");
        }
        return open;
    }

    /** A path that names what the descriptor holds, for every process that may look into ours. */
    public Path procPath() {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(number()));
    }

    /** Another descriptor for the same, with a number of at least {@code lowest}. */
    Fd duplicate(int lowest) throws PosixException {
        return new Fd(PosixException.check(LibC.C.fcntl(number(), F_DUPFD_CLOEXEC, lowest), "fcntl F_DUPFD_CLOEXEC"));
    }

    /** Reads what is there, waiting for something unless the descriptor does not block; 0 at the end. */
    public int read(byte[] buffer) throws PosixException {
        return PosixException.check((int) LibC.C.read(number(), buffer, buffer.length), "read");
    }

    @Override
    public void close() {
        int open = number.getAndSet(CLOSED);
        if (open != CLOSED) {
            LibC.C.close(open); // Linux closes it whatever it returns
        }
    }

    @Override
    public String toString() {
        return "descriptor " + number.get();
    }
}
