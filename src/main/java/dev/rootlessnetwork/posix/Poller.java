package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits for many descriptors at once, see epoll(7). One thread waits; any thread adds, removes, wakes and closes. A
 * descriptor that stays readable is told again and again until it is removed.
 */
public final class Poller implements AutoCloseable {
    /** What to wait for. */
    public enum Interest {
        /** Something to read, the end included; of a pidfd: its process has ended. */
        INPUT(0x001),
        /** An exceptional condition; of {@code /proc/self/mountinfo}: the mounts have changed. */
        EXCEPTION(0x002);

        private final int mask;

        Interest(int mask) {
            this.mask = mask;
        }
    }

    /** The key under which our own eventfd is registered. */
    private static final long WAKE_UP = -1;

    private static final int MAX_EVENTS = 256;

    private final Fd epoll;
    private final Fd waker;

    private Poller(Fd epoll, Fd waker) {
        this.epoll = epoll;
        this.waker = waker;
    }

    /** A poller of nothing yet. */
    public static Poller open() throws PosixException {
        Fd epoll = new Fd(LibC.check(C.epoll_create1(LibC.O_CLOEXEC), "open an epoll instance"));
        try {
            Fd waker = new Fd(LibC.check(C.eventfd(0, LibC.O_CLOEXEC | LibC.EFD_NONBLOCK), "open an eventfd"));
            try {
                Poller poller = new Poller(epoll, waker);
                poller.control(LibC.EPOLL_CTL_ADD, waker, WAKE_UP, Interest.INPUT);
                return poller;
            } catch (PosixException e) {
                waker.close();
                throw e;
            }
        } catch (PosixException e) {
            epoll.close();
            throw e;
        }
    }

    /**
     * Watches a descriptor.
     *
     * @param key what {@link #await} tells; not negative
     * @throws PosixException EEXIST: it is watched already
     */
    public void add(Fd fd, long key, Interest interest) throws PosixException {
        if (key < 0) {
            throw new IllegalArgumentException("negative key: " + key);
        }
        control(LibC.EPOLL_CTL_ADD, fd, key, interest);
    }

    /** Ends the watch; necessary before a descriptor is closed of which duplicates live on. */
    public void remove(Fd fd) throws PosixException {
        control(LibC.EPOLL_CTL_DEL, fd, 0, Interest.INPUT);
    }

    private void control(int operation, Fd fd, long key, Interest interest) throws PosixException {
        Struct event =
                new Struct(LibC.EPOLL_EVENT_SIZE).putInt(0, interest.mask).putLong(LibC.EPOLL_EVENT_KEY, key);
        try (Fd.Lease instance = epoll.lease();
                Fd.Lease watched = fd.lease()) {
            LibC.check(
                    C.epoll_ctl(instance.number(), operation, watched.number(), event.bytes()),
                    (operation == LibC.EPOLL_CTL_ADD ? "watch " : "stop watching ") + fd);
        }
    }

    /**
     * Waits until something is readable, the time is over, or {@link #wakeUp} is called.
     *
     * @param timeout null to wait for ever
     * @return the keys of what is readable; empty after a wake-up or the end of the time
     * @throws PosixException EBADF: this is closed
     */
    public List<Long> await(@Nullable Duration timeout) throws PosixException {
        long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
        Struct events = new Struct(MAX_EVENTS * LibC.EPOLL_EVENT_SIZE);
        // The eventfd must outlive the wait, too: closing it would take the wake-up away that close() gave.
        Fd.Lease wakers = waker.lease();
        try (Fd.Lease instance = epoll.lease()) {
            int count = LibC.checkRestarted(
                    () -> C.epoll_wait(instance.number(), events.bytes(), MAX_EVENTS, millisLeft(timeout, deadline)),
                    "wait for descriptors");
            return keys(events, count);
        } finally {
            wakers.close();
        }
    }

    private static int millisLeft(@Nullable Duration timeout, long deadline) {
        return timeout == null ? -1 : Fd.pollMillis(deadline - System.nanoTime());
    }

    private List<Long> keys(Struct events, int count) throws PosixException {
        List<Long> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long key = events.getLong(i * LibC.EPOLL_EVENT_SIZE + LibC.EPOLL_EVENT_KEY);
            if (key == WAKE_UP) {
                drain();
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    /** Makes the waiting thread, or the next one to wait, return at once. Nothing to do once this is closed. */
    public void wakeUp() {
        byte[] one = new Struct(Long.BYTES).putLong(0, 1).bytes();
        try {
            waker.write(one);
        } catch (PosixException e) {
            // EAGAIN: the counter is full, so a wake-up is pending as it is. EBADF: closed.
            if (!e.is("EAGAIN") && !e.is("EBADF")) {
                throw new IllegalStateException("an eventfd can always be written to", e);
            }
        }
    }

    private void drain() throws PosixException {
        try {
            waker.read(new byte[Long.BYTES]);
        } catch (PosixException e) {
            // Closed meanwhile, or drained already: there is nothing to take either way.
            if (e.errno() != LibC.EAGAIN && e.errno() != LibC.EBADF) {
                throw e;
            }
        }
    }

    /** Ends a wait that is under way, and all later ones with EBADF. */
    @Override
    public void close() {
        wakeUp();
        epoll.close();
        waker.close();
    }
}
