package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.ref.Reference;
import java.net.Inet4Address;
import java.net.InetAddress;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * A socket that never blocks and is closed on exec. It belongs to one thread at a time, so that its calls need no lock; it stays in the
 * network namespace that the thread was in which opened it. Calls return what the kernel does: 0 or more, or an {@link Errno}.
 */
public abstract sealed class Socket implements AutoCloseable permits TcpListener, TcpSocket, UdpSocket {
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int SO_MARK = 36;
    static final int SOL_IP = 0;
    private static final int IP_TRANSPARENT = 19;
    static final int SOL_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_TRANSPARENT = 75;
    static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;
    private static final String RENO_NAME = "reno";
    private static final int RENO_LENGTH = RENO_NAME.length();
    private static final Pointer RENO = reno();
    private static final int CLOSED = -1;

    private int number = CLOSED;

    private static Pointer reno() {
        Pointer name = Memory.allocateDirect(LibC.RUNTIME, RENO_LENGTH);
        name.put(0, RENO_NAME.getBytes(US_ASCII), 0, RENO_LENGTH);
        return name;
    }

    /** Takes a number that belongs to nobody else, or passes an error on. */
    final int take(int result) {
        if (result == -1) {
            return Errno.last();
        }
        number = result;
        return 0;
    }

    /** Opens a socket in the calling thread's network namespace. */
    final int open(boolean ipv4, int type) {
        return take(C.socket(family(ipv4), type | SOCK_NONBLOCK | LibC.O_CLOEXEC, 0));
    }

    /** Opens a socket that is to be bound to an address: to {@code ::} for both families, to any other for its own. */
    final void openFor(InetAddress address, int type, String doing) throws PosixException {
        boolean ipv4 = address instanceof Inet4Address;
        check(open(ipv4, type), doing);
        if (!ipv4) {
            NativeInt ipv6Only = address.isAnyLocalAddress() ? NativeInt.ZERO : NativeInt.ONE;
            check(setOption(SOL_IPV6, IPV6_V6ONLY, ipv6Only), doing);
        }
    }

    /** For calls that are not made so often that their errors should be numbers. */
    static void check(int result, String doing) throws PosixException {
        if (result < 0) {
            throw new PosixException(doing, -result);
        }
    }

    private static int family(boolean ipv4) {
        return ipv4 ? SocketAddress.AF_INET : SocketAddress.AF_INET6;
    }

    /** Becomes what a descriptor holds, which was received from another process; that is taken over. */
    public final void become(Fd received) {
        number = received.release();
    }

    /** The number of the descriptor, to pass it on to another process. It means nothing once this is closed. */
    public final int number() {
        if (number == CLOSED) {
            throw new IllegalStateException("the socket is closed");
        }
        return number;
    }

    /** Lets it be bound to addresses of others; needs CAP_NET_ADMIN or CAP_NET_RAW over the namespace. */
    public final int setTransparent(boolean ipv4) {
        return ipv4
                ? setOption(SOL_IP, IP_TRANSPARENT, NativeInt.ONE)
                : setOption(SOL_IPV6, IPV6_TRANSPARENT, NativeInt.ONE);
    }

    /** Marks what it sends, for rules of routing; needs CAP_NET_ADMIN over the namespace. */
    public final int setMark(NativeInt mark) {
        return setOption(SOL_SOCKET, SO_MARK, mark);
    }

    /** Lets it be bound to what connections that have ended, or others with this option, still have. */
    public final int setReuseAddress() {
        return setOption(SOL_SOCKET, SO_REUSEADDR, NativeInt.ONE);
    }

    public final int bind(SocketAddress address) {
        try {
            return Errno.result(C.bind(number(), address.pointer(), address.length()));
        } finally {
            Reference.reachabilityFence(address); // its memory goes with it
        }
    }

    /** Connects; one that is on its way already tells how it stands. */
    public final int connect(SocketAddress address) {
        try {
            return Errno.result(C.connect(number(), address.pointer(), address.length()));
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    /** Tells the error that has come meanwhile, and forgets it; 0: none. */
    public final int takeError() {
        Pointer memory = Memory.allocateDirect(LibC.RUNTIME, 2 * Integer.BYTES);
        memory.putInt(Integer.BYTES, Integer.BYTES);
        int result = C.getsockopt(number(), SOL_SOCKET, SO_ERROR, memory.address(), memory.address() + Integer.BYTES);
        return result == -1 ? Errno.last() : -memory.getInt(0);
    }

    final int setOption(int level, int option, NativeInt value) {
        return Errno.result(C.setsockopt(number(), level, option, value.pointer(), Integer.BYTES));
    }

    /**
     * Has a TCP connection use the plainest congestion control, which every kernel has. For ways that do not leave this machine: nothing
     * is congested there, and the pacing of others (bbr) only costs time. A listener's connections inherit it.
     */
    final int setReno() {
        return Errno.result(C.setsockopt(number(), IPPROTO_TCP, TCP_CONGESTION, RENO.address(), RENO_LENGTH));
    }

    public final boolean isOpen() {
        return number != CLOSED;
    }

    @Override
    public final void close() {
        if (number != CLOSED) {
            C.close(number);
            number = CLOSED;
        }
    }

    @Override
    public final String toString() {
        return "socket " + number;
    }
}
