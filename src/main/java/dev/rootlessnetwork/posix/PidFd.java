package dev.rootlessnetwork.posix;

import java.time.Duration;
import java.util.Optional;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** A process held by a descriptor, which never comes to mean another process; pidfd_open(2). */
public final class PidFd implements AutoCloseable {
    private static final long SYS_PIDFD_SEND_SIGNAL = 424;
    private static final long SYS_PIDFD_OPEN = 434;

    /** {@code _IOWR(0xFF, 11, struct pidfd_info)} of include/uapi/linux/pidfd.h, first version of the structure. */
    private static final long PIDFD_GET_INFO = 0xC040FF0BL;

    private static final int INFO_SIZE = 64;
    private static final int INFO_EXIT_CODE_OFFSET = 60;
    private static final long INFO_EXIT = 1 << 3;

    private final int pid;
    private final Fd fd;

    private PidFd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** @throws PosixException ESRCH: there is no such process; EINVAL or ENOENT: it is a thread of one */
    public static PidFd open(int pid) throws PosixException {
        long result = LibC.C.syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0);
        return new PidFd(pid, new Fd(PosixException.check((int) result, "pidfd_open " + pid)));
    }

    /**
     * Whether a pidfd hangs up (POLLHUP) when its process has ended and was reaped, so that it can be slirp4netns's exit
     * fd: since Linux 6.9.
     */
    public static boolean hangsUp() {
        return Kernel.current().isAtLeast(6, 9);
    }

    public int pid() {
        return pid;
    }

    public Fd fd() {
        return fd;
    }

    /** Whether the process has ended; also true of a zombie. */
    public boolean exited() {
        return awaitExit(Duration.ZERO);
    }

    /** Waits for the process's end; false if it did not come in time. */
    public boolean awaitExit(Duration timeout) {
        try {
            return Poll.awaitInput(fd, timeout);
        } catch (PosixException e) {
            throw new IllegalStateException("a pidfd can always be polled", e);
        }
    }

    /** @throws PosixException ESRCH: the process has ended; EPERM: it is another user's */
    public void signal(Signal signal) throws PosixException {
        long result = LibC.C.syscall(SYS_PIDFD_SEND_SIGNAL, fd.number(), signal.number(), 0, 0);
        PosixException.check((int) result, "send " + signal + " to process " + pid);
    }

    /** How a process ended that is not our child; empty before Linux 6.15, and until it is reaped. */
    public Optional<ExitStatus> exitInfo() {
        Pointer info = Memory.allocateDirect(LibC.RUNTIME, INFO_SIZE);
        info.putLongLong(0, INFO_EXIT);
        if (LibC.C.ioctl(fd.number(), PIDFD_GET_INFO, info.address()) < 0 || (info.getLongLong(0) & INFO_EXIT) == 0) {
            return Optional.empty();
        }
        return Optional.of(ExitStatus.ofWait(info.getInt(INFO_EXIT_CODE_OFFSET)));
    }

    @Override
    public void close() {
        fd.close();
    }
}
