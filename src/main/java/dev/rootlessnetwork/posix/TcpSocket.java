package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** One end of a connection. Made closed; {@link #accept} and {@link #open} open it. */
public final class TcpSocket extends Socket {
    static final int TCP_NODELAY = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_LINGER = 13;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    /** The kernel doubles it, for its own account. */
    private static final NativeInt SMALL_BUFFER = new NativeInt(256 << 10);

    private static final int SHUT_WR = 1;
    /** struct linger: on, for no time. */
    private static final int LINGER_SIZE = 8;

    private static final Pointer NO_LINGER = noLinger();

    private static Pointer noLinger() {
        Pointer linger = Memory.allocateDirect(LibC.RUNTIME, LINGER_SIZE, true);
        linger.putInt(0, 1);
        return linger;
    }

    /** Takes a connection that waits. Shortage: it goes on waiting. */
    public int accept(TcpListener listener) {
        return take(C.accept4(listener.number(), 0, 0, SOCK_NONBLOCK | LibC.O_CLOEXEC));
    }

    /** Opens one for a connection inside this machine, in the calling thread's network namespace. Small writes are sent at once. */
    public int openLocal(boolean ipv4) {
        int result = open(ipv4, SOCK_STREAM);
        result = result < 0 ? result : setOption(IPPROTO_TCP, TCP_NODELAY, NativeInt.ONE);
        return result < 0 ? result : setReno();
    }

    /** Tells the address of the other side; IPv4 as such also where the socket is of both families. */
    public int peer(SocketAddress peer) {
        int result = Errno.result(C.getpeername(number(), peer.pointer(), peer.lengthPointer()));
        peer.unmap();
        return result;
    }

    /**
     * Keeps what is on its way inside this machine small: with the buffers that the kernel would let it have in the end, the bytes would
     * leave the processor's caches between one side and the other. Not for a side on another host, which needs them.
     */
    public void keepBuffersSmall() {
        setBuffer(SO_SNDBUFFORCE, SO_SNDBUF);
        setBuffer(SO_RCVBUFFORCE, SO_RCVBUF);
    }

    private void setBuffer(int whateverTheLimit, int withinTheLimit) {
        if (setOption(SOL_SOCKET, whateverTheLimit, SMALL_BUFFER) < 0) {
            setOption(SOL_SOCKET, withinTheLimit, SMALL_BUFFER);
        }
    }

    /** Tells the peer that nothing more comes, behind what was sent before. */
    public int shutdownWrite() {
        return Errno.result(C.shutdown(number(), SHUT_WR));
    }

    /** Closes it such that the peer gets a reset, and forgets what was not sent. */
    public void reset() {
        if (isOpen()) {
            C.setsockopt(number(), SOL_SOCKET, SO_LINGER, NO_LINGER.address(), LINGER_SIZE);
            close();
        }
    }
}
