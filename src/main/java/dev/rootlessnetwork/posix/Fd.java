package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * An owned file descriptor, closed on exec. Safe for use by several threads: a call that is under way when another thread
 * closes still has the descriptor, whose number the kernel gets back only afterwards, so no call ever reaches a stranger
 * that was given the same number.
 */
public final class Fd implements AutoCloseable {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_PATH = 0x200000;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0x40;
    private static final int O_APPEND = 0x400;
    private static final int O_NONBLOCK = 0x800;
    private static final int PATH_MAX = 4096;
    /** For the owner alone to read and write, as with all that the operator creates. */
    private static final int CREATE_MODE = 0600;

    private final int number;
    private int leases;
    private boolean closed;

    Fd(int number) {
        this.number = number;
    }

    /**
     * A descriptor of ours for what another one, given by its number, holds: one that was inherited or received.
     *
     * @throws PosixException EBADF: there is none of that number
     */
    public static Fd copyOf(int number) throws PosixException {
        return new Fd(LibC.check(C.fcntl(number, LibC.F_DUPFD_CLOEXEC, 0), "duplicate descriptor " + number));
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

    /**
     * Takes hold of what a path names, whatever it is, without touching it: no FIFO blocks, no device notices. What is held
     * can be looked at and, by {@link #reopenRead}, be opened.
     */
    public static Fd openPath(Path path) throws PosixException {
        return open(path, O_PATH);
    }

    /** Opens for reading what this holds, and nothing else, whatever has become of its path. Never blocks on a FIFO. */
    public Fd reopenRead() throws PosixException {
        return openRead(procPath());
    }

    /**
     * Where a symbolic link leads that lies in the directory which this holds; empty if it is no link.
     *
     * @throws PosixException ENOENT: there is nothing of that name; ENOTDIR: this holds no directory
     */
    public Optional<Path> readLink(Path name) throws PosixException {
        byte[] buffer = new byte[PATH_MAX];
        try (Lease lease = lease()) {
            int length = (int) C.readlinkat(lease.number(), name.toString(), buffer, buffer.length);
            if (length == -1 && LibC.errno() == LibC.EINVAL) {
                return Optional.empty();
            }
            LibC.check(length, "read link " + name + " in " + this);
            return Optional.of(Path.of(new String(buffer, 0, length, StandardCharsets.UTF_8)));
        }
    }

    static Fd open(Path path, int flags) throws PosixException {
        return new Fd(LibC.checkRestarted(
                () -> C.open(path.toString(), flags | LibC.O_CLOEXEC, CREATE_MODE), "open " + path));
    }

    /**
     * The descriptor's number, for messages and paths below {@code /proc}. It means nothing once this is closed.
     *
     * @throws IllegalStateException when closed
     */
    public synchronized int number() {
        if (closed) {
            throw new IllegalStateException("descriptor " + number + " is closed");
        }
        return number;
    }

    /** A path that names what the descriptor holds, for every process that may look into ours. */
    public Path procPath() {
        return Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(number()));
    }

    /**
     * Waits until there is something to read, be it the end of the file.
     *
     * @param timeout zero to only look
     * @return false when the time was over first
     */
    public boolean awaitReadable(Duration timeout) throws PosixException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            int ready = poll(deadline - System.nanoTime());
            if (ready > 0) {
                return true;
            }
            if (ready == 0 && deadline - System.nanoTime() <= 0) {
                return false;
            }
        }
    }

    /** One poll(2): the number of ready descriptors, or -1 when a signal interrupted it. */
    private int poll(long nanos) throws PosixException {
        try (Lease lease = lease()) {
            byte[] pollfd = new Struct(8)
                    .putInt(0, lease.number())
                    .putShort(4, LibC.POLLIN)
                    .bytes();
            int result = C.poll(pollfd, 1, pollMillis(nanos));
            if (result == -1 && LibC.errno() == LibC.EINTR) {
                return -1;
            }
            return LibC.check(result, "poll descriptor " + number);
        }
    }

    /** Rounded up, so that a wait never ends before its time only to spin for the rest of a millisecond. */
    static int pollMillis(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, (nanos + 999_999) / 1_000_000));
    }

    /**
     * Reads what is there, up to the buffer's length; blocks while there is nothing, unless opened otherwise.
     *
     * @return the number of bytes, 0 at the end of the file
     */
    public int read(byte[] buffer) throws PosixException {
        try (Lease lease = lease()) {
            return LibC.checkRestarted(
                    () -> (int) C.read(lease.number(), buffer, buffer.length), "read from descriptor " + number);
        }
    }

    /**
     * Writes the bytes.
     *
     * @return how many of them were written, which can be fewer
     */
    public int write(byte[] bytes) throws PosixException {
        try (Lease lease = lease()) {
            return LibC.checkRestarted(
                    () -> (int) C.write(lease.number(), bytes, bytes.length), "write to descriptor " + number);
        }
    }

    /** Another descriptor of the same open file, whose number is at least {@code minimum}. */
    Fd duplicate(int minimum) throws PosixException {
        try (Lease lease = lease()) {
            return new Fd(LibC.check(
                    C.fcntl(lease.number(), LibC.F_DUPFD_CLOEXEC, minimum), "duplicate descriptor " + number));
        }
    }

    /** Keeps the number ours for the length of a native call. */
    synchronized Lease lease() throws PosixException {
        if (closed) {
            throw new PosixException("use descriptor " + number + " after its end", LibC.EBADF);
        }
        leases++;
        return new Lease(this);
    }

    private synchronized void endLease() {
        leases--;
        if (closed && leases == 0) {
            C.close(number);
        }
    }

    /** Hands the number over to a new owner; this is closed then, without closing the descriptor. */
    synchronized int release() {
        if (closed || leases > 0) {
            throw new IllegalStateException(this + " cannot be handed over");
        }
        closed = true;
        leases = 1; // which never ends, so that nobody closes the number
        return number;
    }

    /** Gives the descriptor back, after the calls that are using it. What close(2) returns helps nobody: it is gone. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (leases == 0) {
                C.close(number);
            }
        }
    }

    @Override
    public synchronized String toString() {
        return closed ? "closed descriptor " + number : "descriptor " + number;
    }

    /** The right to use the number until closed. */
    record Lease(Fd owner) implements AutoCloseable {
        int number() {
            return owner.number;
        }

        @Override
        public void close() {
            owner.endLease();
        }
    }
}
