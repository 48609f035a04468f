package dev.rootlessnetwork.posix;

import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** Waits for many descriptors at once; epoll(7). Descriptors may be added and removed by any thread meanwhile. */
public final class Poller implements AutoCloseable {
    /** What to wait for. */
    public enum Interest {
        /** Something to read; of a pidfd: its process has ended. */
        INPUT(0x001),
        /** Exceptional condition: of /proc/self/mountinfo, that the mounts have changed. */
        EXCEPTION(0x002);

        private final int mask;

        Interest(int mask) {
            this.mask = mask;
        }
    }

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int MAX_EVENTS = 64;
    private static final long WAKE_UP = -1;

    /** struct epoll_event is packed on x86-64 only. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_SIZE = PACKED ? 12 : 16;

    private final Fd epoll;
    private final Fd wakeUp;
    private final Pointer events = Memory.allocateDirect(LibC.RUNTIME, EVENT_SIZE * MAX_EVENTS);

    private Poller(Fd epoll, Fd wakeUp) {
        this.epoll = epoll;
        this.wakeUp = wakeUp;
    }

    public static Poller open() throws PosixException {
        Fd epoll = new Fd(PosixException.check(LibC.C.epoll_create1(Fd.O_CLOEXEC), "epoll_create1"));
        try {
            Fd wakeUp = new Fd(PosixException.check(LibC.C.eventfd(0, Fd.O_CLOEXEC | EFD_NONBLOCK), "eventfd"));
            Poller poller = new Poller(epoll, wakeUp);
            poller.add(wakeUp, WAKE_UP, Interest.INPUT);
            return poller;
        } catch (PosixException e) {
            epoll.close();
            throw e;
        }
    }

    /** @param key told by {@link #await}; not negative for callers */
    public void add(Fd fd, long key, Interest interest) throws PosixException {
        Pointer event = Memory.allocate(LibC.RUNTIME, EVENT_SIZE);
        event.putInt(0, interest.mask);
        event.putLongLong(DATA_OFFSET, key);
        PosixException.check(
                LibC.C.epoll_ctl(epoll.number(), EPOLL_CTL_ADD, fd.number(), event), "epoll_ctl EPOLL_CTL_ADD");
    }

    public void remove(Fd fd) throws PosixException {
        PosixException.check(
                LibC.C.epoll_ctl(epoll.number(), EPOLL_CTL_DEL, fd.number(), null), "epoll_ctl EPOLL_CTL_DEL");
    }

    /**
     * Waits; one thread at a time.
     *
     * @param timeout null: without end
     * @return keys of descriptors that are ready, perhaps none
     */
    public List<Long> await(@Nullable Duration timeout) throws PosixException {
        int count = LibC.C.epoll_wait(
                epoll.number(), events, MAX_EVENTS, timeout == null ? -1 : Math.toIntExact(timeout.toMillis()));
        if (count < 0) {
            PosixException failure = PosixException.last("epoll_wait");
            if (failure.is("EINTR")) {
                return List.of();
            }
            throw failure;
        }
        List<Long> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long key = events.getLongLong((long) i * EVENT_SIZE + DATA_OFFSET);
            if (key == WAKE_UP) {
                wakeUp.read(new byte[Long.BYTES]);
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Lets {@link #await} return; from any thread. */
    public void wakeUp() {
        byte[] one = new byte[Long.BYTES];
        one[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : Long.BYTES - 1] = 1;
        LibC.C.write(wakeUp.number(), one, one.length);
    }

    @Override
    public void close() {
        epoll.close();
        wakeUp.close();
    }
}
