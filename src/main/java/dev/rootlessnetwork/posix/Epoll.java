package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * Tells one thread which of its sockets have become ready, each change once (edge-triggered), see epoll(7). Only {@link #wakeUp} is for
 * other threads. Waiting and looking at the events allocates nothing.
 */
public final class Epoll implements AutoCloseable {
    public static final int READABLE = 0x001;
    public static final int WRITABLE = 0x004;
    public static final int ERROR = 0x008;
    /** Both directions have ended. */
    public static final int HANG_UP = 0x010;

    /** The peer sends no more. */
    public static final int PEER_SENDS_NO_MORE = 0x2000;

    private static final int EDGE = 1 << 31;
    private static final int EXCLUSIVE = 1 << 28;
    private static final int EVERYTHING = READABLE | WRITABLE | PEER_SENDS_NO_MORE | EDGE;
    private static final int MAX_EVENTS = 256;
    private static final byte[] ONE = new Struct(Long.BYTES).putLong(0, 1).bytes();

    private final Fd epoll;
    private final Fd waker;
    private final int number;
    private final long wakeUpKey;
    private final Pointer events = Memory.allocateDirect(LibC.RUNTIME, MAX_EVENTS * LibC.EPOLL_EVENT_SIZE, true);
    private final Pointer request = Memory.allocateDirect(LibC.RUNTIME, LibC.EPOLL_EVENT_SIZE, true);

    private Epoll(Fd epoll, Fd waker, long wakeUpKey) {
        this.epoll = epoll;
        this.waker = waker;
        this.number = epoll.number();
        this.wakeUpKey = wakeUpKey;
    }

    /** @param wakeUpKey the key of the event by which {@link #wakeUp} shows */
    public static Epoll open(long wakeUpKey) throws PosixException {
        Fd epoll = new Fd(LibC.check(C.epoll_create1(LibC.O_CLOEXEC), "open an epoll instance"));
        try {
            Fd waker = new Fd(LibC.check(C.eventfd(0, LibC.O_CLOEXEC | LibC.EFD_NONBLOCK), "open an eventfd"));
            try {
                Epoll opened = new Epoll(epoll, waker, wakeUpKey);
                // Edge-triggered, it needs no reading: each write is a new edge.
                LibC.check(
                        opened.control(LibC.EPOLL_CTL_ADD, waker.number(), READABLE | EDGE, wakeUpKey),
                        "watch an eventfd");
                return opened;
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
     * Waits until something is ready.
     *
     * @param timeoutMillis negative: for ever
     * @return the number of events
     */
    public int await(int timeoutMillis) throws PosixException {
        int count = C.epoll_wait(number, events.address(), MAX_EVENTS, timeoutMillis);
        return count == -1 && LibC.errno() == LibC.EINTR ? 0 : LibC.check(count, "wait for events");
    }

    /** The key of an event of the last wait. */
    public long key(int event) {
        return events.getLong((long) event * LibC.EPOLL_EVENT_SIZE + LibC.EPOLL_EVENT_KEY);
    }

    /** What is ready of an event of the last wait. */
    public int ready(int event) {
        return events.getInt((long) event * LibC.EPOLL_EVENT_SIZE);
    }

    public boolean isWakeUp(long key) {
        return key == wakeUpKey;
    }

    /** Tells of everything that becomes ready at a socket, until that is closed. */
    public void add(Socket socket, long key) throws PosixException {
        LibC.check(control(LibC.EPOLL_CTL_ADD, socket.number(), EVERYTHING, key), "watch a socket");
    }

    /** Tells of what can be read from a socket, until that is closed. Datagrams that leave it would be told of, too, otherwise. */
    public void addInput(UdpSocket socket, long key) throws PosixException {
        LibC.check(control(LibC.EPOLL_CTL_ADD, socket.number(), READABLE | EDGE, key), "watch a socket");
    }

    /** Tells one of the instances that wait for the same listener of a new connection. */
    public void addShared(TcpListener listener, long key) throws PosixException {
        LibC.check(
                control(LibC.EPOLL_CTL_ADD, listener.number(), READABLE | EDGE | EXCLUSIVE, key), "watch a listener");
    }

    /** Tells once more of what is ready now. A socket without room is told of when it has some. */
    public void look(Socket socket, long key) throws PosixException {
        LibC.check(control(LibC.EPOLL_CTL_MOD, socket.number(), EVERYTHING, key), "watch a socket");
    }

    /** Tells no more of a socket, which another process may hold, too. */
    public void remove(Socket socket) {
        control(LibC.EPOLL_CTL_DEL, socket.number(), 0, 0);
    }

    private int control(int operation, int fd, int interest, long key) {
        request.putInt(0, interest);
        request.putLong(LibC.EPOLL_EVENT_KEY, key);
        return C.epoll_ctl(number, operation, fd, request.address());
    }

    /** Makes the thread that waits, or the next wait, return at once. For any thread. */
    public void wakeUp() throws PosixException {
        waker.write(ONE);
    }

    @Override
    public void close() {
        waker.close();
        epoll.close();
    }
}
