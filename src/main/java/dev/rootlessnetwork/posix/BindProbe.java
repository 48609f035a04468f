package dev.rootlessnetwork.posix;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.Optional;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** Finds out whether a port can be bound, by binding it for a moment. */
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

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SOCKADDR_IN_SIZE = 16;
    private static final int SOCKADDR_IN6_SIZE = 28;
    private static final int IN_ADDRESS_OFFSET = 4;
    private static final int IN6_ADDRESS_OFFSET = 8;

    private BindProbe() {}

    /**
     * Why a port cannot be bound now; empty if it can.
     *
     * <p>TCP asks for SO_REUSEADDR, or connections in TIME_WAIT would count; UDP does not, or a port would seem free that
     * another socket with that option has.
     */
    public static Optional<PosixException> probe(Transport transport, InetAddress address, int port) {
        try {
            bind(transport, address, port);
            return Optional.empty();
        } catch (PosixException e) {
            return Optional.of(e);
        }
    }

    private static void bind(Transport transport, InetAddress address, int port) throws PosixException {
        int family = address instanceof Inet4Address ? AF_INET : AF_INET6;
        int number = PosixException.check(LibC.C.socket(family, transport.socketType | Fd.O_CLOEXEC, 0), "socket");
        try (Fd socket = new Fd(number)) {
            if (transport == Transport.TCP) {
                Pointer on = Memory.allocate(LibC.RUNTIME, Integer.BYTES);
                on.putInt(0, 1);
                PosixException.check(
                        LibC.C.setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, on, Integer.BYTES),
                        "setsockopt SO_REUSEADDR");
            }
            int size = family == AF_INET ? SOCKADDR_IN_SIZE : SOCKADDR_IN6_SIZE;
            Pointer sockaddr = socketAddress(family, address, port);
            PosixException.check(LibC.C.bind(socket.number(), sockaddr, size), "bind");
        }
    }

    private static Pointer socketAddress(int family, InetAddress address, int port) {
        Pointer sockaddr = Memory.allocate(LibC.RUNTIME, SOCKADDR_IN6_SIZE);
        sockaddr.putShort(0, (short) family);
        boolean swap = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        sockaddr.putShort(2, swap ? Short.reverseBytes((short) port) : (short) port);
        byte[] bytes = address.getAddress();
        sockaddr.put(family == AF_INET ? IN_ADDRESS_OFFSET : IN6_ADDRESS_OFFSET, bytes, 0, bytes.length);
        return sockaddr;
    }
}
