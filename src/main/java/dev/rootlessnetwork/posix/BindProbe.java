package dev.rootlessnetwork.posix;

import java.net.InetAddress;
import java.util.Optional;

/** Finds out whether a port can be bound in the calling thread's network namespace, by binding it for a moment. */
public final class BindProbe {
    /** Transport protocols, as socket(2) knows them. */
    public enum Transport {
        TCP(Socket.SOCK_STREAM),
        UDP(Socket.SOCK_DGRAM);

        private final int socketType;

        Transport(int socketType) {
            this.socketType = socketType;
        }
    }

    private BindProbe() {}

    /**
     * Why a port cannot be bound now; empty if it can. The usual reasons: EADDRINUSE, EACCES (a privileged port),
     * EADDRNOTAVAIL (no such address here).
     *
     * <p>TCP asks for SO_REUSEADDR, or connections in TIME_WAIT would count; UDP does not, or a port would seem free that
     * another socket with that option has. {@code ::} is tried for both families.
     *
     * @param port 1 to 65535
     */
    public static Optional<PosixException> probe(Transport transport, InetAddress address, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port out of range 1 to 65535: " + port);
        }
        try {
            bind(transport, address, port);
            return Optional.empty();
        } catch (PosixException e) {
            return Optional.of(e);
        }
    }

    private static void bind(Transport transport, InetAddress address, int port) throws PosixException {
        String doing = "bind " + transport + " port " + port + " of " + address.getHostAddress();
        try (Socket socket = transport == Transport.TCP ? new TcpSocket() : new UdpSocket()) {
            socket.openFor(address, transport.socketType, "open a socket");
            if (transport == Transport.TCP) {
                Socket.check(socket.setReuseAddress(), "set a socket option");
            }
            Socket.check(socket.bind(SocketAddress.of(address, port)), doing);
        }
    }
}
