package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.time.Duration;
import java.util.Optional;

/** A handle on one process that never comes to mean another one, whatever becomes of its number. See pidfd_open(2). */
public final class PidFd implements AutoCloseable {
    /** {@code _IOWR(0xff, 11, struct pidfd_info)} with the structure's first published size. */
    private static final long PIDFD_GET_INFO = 0xc040ff0bL;

    private static final int PIDFD_INFO_SIZE = 64;
    private static final long PIDFD_INFO_EXIT = 1 << 3;
    private static final int EXIT_CODE_OFFSET = 60;

    private final int pid;
    private final Fd fd;

    private PidFd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /**
     * Takes hold of a running process or of a zombie.
     *
     * @throws PosixException ESRCH: no such process; EINVAL or, since Linux 6.15, ENOENT: the number is that of a thread
     */
    public static PidFd open(int pid) throws PosixException {
        return new PidFd(
                pid, new Fd(LibC.check((int) C.syscall(LibC.SYS_PIDFD_OPEN, pid, 0, 0, 0), "open process " + pid)));
    }

    /**
     * Whether a pidfd hangs up when its process has ended and was reaped, so that it can serve as slirp4netns's exit fd,
     * which waits for nothing else: Linux 6.9 or newer.
     */
    public static boolean hangsUp() {
        return Kernel.current().isAtLeast(6, 9);
    }

    /** Whether the process has ended, reaped or not. */
    public boolean exited() {
        return awaitExit(Duration.ZERO);
    }

    /** Waits for the process to end, reaped or not; false when the time was over first. */
    public boolean awaitExit(Duration timeout) {
        try {
            return fd.awaitReadable(timeout);
        } catch (PosixException e) {
            throw new IllegalStateException("a pidfd can always be polled until it is closed", e);
        }
    }

    /**
     * Sends a signal.
     *
     * @throws PosixException ESRCH: the process has ended and was reaped; EPERM: it is not ours
     */
    public void signal(Signal signal) throws PosixException {
        try (Fd.Lease lease = fd.lease()) {
            LibC.check(
                    (int) C.syscall(LibC.SYS_PIDFD_SEND_SIGNAL, lease.number(), signal.number(), 0, 0),
                    "send " + signal + " to process " + pid);
        }
    }

    /**
     * Ends the process: by SIGTERM, else by SIGKILL.
     *
     * @param grace how long it may take after each of the two
     * @return the signal upon which it ended; empty if it did not
     * @throws PosixException ESRCH: it has ended and was reaped; EPERM: it is not ours
     */
    public Optional<Signal> end(Duration grace) throws PosixException {
        for (Signal signal : Signal.values()) {
            signal(signal);
            if (awaitExit(grace)) {
                return Optional.of(signal);
            }
        }
        return Optional.empty();
    }

    /**
     * How the process ended, be it our child or not. The kernel tells it from Linux 6.15 on, and only once the process is
     * reaped by its parent.
     */
    public Optional<ExitStatus> exitInfo() {
        Struct info = new Struct(PIDFD_INFO_SIZE).putLong(0, PIDFD_INFO_EXIT);
        try (Fd.Lease lease = fd.lease()) {
            if (C.ioctl(lease.number(), PIDFD_GET_INFO, info.bytes()) == -1) {
                // ENOTTY, EINVAL: the kernel does not know the question. ESRCH: it kept no answer.
                return Optional.empty();
            }
        } catch (PosixException e) {
            throw new IllegalStateException("a pidfd can be asked until it is closed", e);
        }
        boolean told = (info.getLong(0) & PIDFD_INFO_EXIT) != 0;
        return told ? Optional.of(ExitStatus.ofWait(info.getInt(EXIT_CODE_OFFSET))) : Optional.empty();
    }

    /**
     * A descriptor of the process, for us as well; see pidfd_getfd(2).
     *
     * @param number that the descriptor has in the process
     * @throws PosixException EPERM: we may not look into it; EBADF: it has none of this number; ENOSYS before Linux 5.6
     */
    Fd descriptor(int number) throws PosixException {
        try (Fd.Lease lease = fd.lease()) {
            return new Fd(LibC.check(
                    (int) C.syscall(LibC.SYS_PIDFD_GETFD, lease.number(), number, 0, 0),
                    "take descriptor " + number + " of process " + pid));
        }
    }

    public int pid() {
        return pid;
    }

    /** The descriptor itself, still owned by this. */
    public Fd fd() {
        return fd;
    }

    @Override
    public void close() {
        fd.close();
    }
}
