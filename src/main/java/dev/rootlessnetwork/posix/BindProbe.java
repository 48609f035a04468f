package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** Finds out whether a port can be bound in the calling thread's network namespace, by binding it for a moment. */
public final class BindProbe {
    /** Transport protocols, as socket(2) knows them. */
    public enum Transport {
        TCP(1),
        UDP(2);

        private final int socketType;

        Transport(int socketType) {
            this.socketType = socketType;
        }
    }

    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    /** struct sockaddr_in6, the larger one. */
    private static final int SOCKADDR_IN6_SIZE = 28;

    private static final int SOCKADDR_IN_SIZE = 16;
    private static final int PORT_OFFSET = 2;
    private static final int IN_ADDRESS_OFFSET = 4;
    private static final int IN6_ADDRESS_OFFSET = 8;
    private static final int IN6_SCOPE_OFFSET = 24;

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
        boolean ipv4 = address instanceof Inet4Address;
        String doing = "bind " + transport + " port " + port + " of " + address.getHostAddress();
        int number = LibC.check(
                C.socket(ipv4 ? AF_INET : AF_INET6, transport.socketType | LibC.O_CLOEXEC, 0), "open a socket");
        try (Fd socket = new Fd(number);
                Fd.Lease lease = socket.lease()) {
            if (transport == Transport.TCP) {
                setOption(lease, SOL_SOCKET, SO_REUSEADDR, 1);
            }
            if (!ipv4) {
                setOption(lease, IPPROTO_IPV6, IPV6_V6ONLY, 0);
            }
            byte[] sockaddr = ipv4 ? ipv4Address(address, port) : ipv6Address(address, port);
            LibC.check(C.bind(lease.number(), sockaddr, ipv4 ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE), doing);
        }
    }

    private static void setOption(Fd.Lease socket, int level, int option, int value) throws PosixException {
        LibC.check(
                C.setsockopt(socket.number(), level, option, new int[] {value}, Integer.BYTES), "set a socket option");
    }

    private static byte[] ipv4Address(InetAddress address, int port) {
        return start(AF_INET, port)
                .putBytes(IN_ADDRESS_OFFSET, address.getAddress())
                .bytes();
    }

    private static byte[] ipv6Address(InetAddress address, int port) {
        int scope = address instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
        return start(AF_INET6, port)
                .putBytes(IN6_ADDRESS_OFFSET, address.getAddress())
                .putInt(IN6_SCOPE_OFFSET, scope)
                .bytes();
    }

    /** The family is in native order, the port in network order. */
    private static Struct start(short family, int port) {
        return new Struct(SOCKADDR_IN6_SIZE)
                .putShort(0, family)
                .putBytes(PORT_OFFSET, new byte[] {(byte) (port >> 8), (byte) port});
    }
}
