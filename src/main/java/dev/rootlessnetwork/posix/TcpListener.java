package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.net.InetAddress;

/** A socket that waits for connections. Several threads may accept from it; who closes it sees to it that none does any more. */
public final class TcpListener extends Socket {
    private static final int SO_KEEPALIVE = 9;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int SHUT_RDWR = 2;
    /** A client that has gone without a word is noticed within 60 + 5 · 15 s. */
    private static final NativeInt KEEP_IDLE_SECONDS = new NativeInt(60);

    private static final NativeInt KEEP_INTERVAL_SECONDS = new NativeInt(15);
    private static final NativeInt KEEP_PROBES = new NativeInt(5);

    private TcpListener() {}

    /** A listener that was received from another process. */
    public static TcpListener received(Fd descriptor) {
        TcpListener listener = new TcpListener();
        listener.become(descriptor);
        return listener;
    }

    /**
     * Listens in the calling thread's network namespace; {@code ::} does so for both families. Connections from it have TCP_NODELAY and
     * keep-alive, which the kernel lets them inherit.
     *
     * @param port 1 to 65535
     * @param backlog how many connections may wait; the kernel takes no more than net.core.somaxconn
     * @throws PosixException EADDRINUSE, EACCES (a privileged port), EADDRNOTAVAIL (no such address here), EMFILE
     */
    public static TcpListener open(InetAddress address, int port, int backlog) throws PosixException {
        String doing = "listen on TCP port " + port + " of " + address.getHostAddress();
        TcpListener listener = new TcpListener();
        try {
            listener.openFor(address, SOCK_STREAM, doing);
            check(listener.setReuseAddress(), doing);
            check(listener.setOption(IPPROTO_TCP, TcpSocket.TCP_NODELAY, NativeInt.ONE), doing);
            check(listener.setOption(SOL_SOCKET, SO_KEEPALIVE, NativeInt.ONE), doing);
            check(listener.setOption(IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_SECONDS), doing);
            check(listener.setOption(IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_SECONDS), doing);
            check(listener.setOption(IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES), doing);
            if (address.isLoopbackAddress()) {
                check(listener.setReno(), doing);
            }
            check(listener.bind(SocketAddress.of(address, port)), doing);
            LibC.check(C.listen(listener.number(), backlog), doing);
            return listener;
        } catch (PosixException e) {
            listener.close();
            throw e;
        }
    }

    /** Refuses connections from now on, also for those who hold the socket too; its port is free only when all have closed it. */
    public void refuse() {
        C.shutdown(number(), SHUT_RDWR);
    }
}
