package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.NativeInt;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Socket;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.TcpSocket;
import dev.rootlessnetwork.posix.ThreadNetns;
import dev.rootlessnetwork.posix.UdpSocket;
import org.jspecify.annotations.Nullable;

/** Opens sockets inside guests, from the thread of one loop, which enters their namespaces for it. */
final class GuestSockets {
    private final ThreadNetns netns;
    private final SocketAddress to = SocketAddress.empty();

    GuestSockets(ThreadNetns netns) {
        this.netns = netns;
    }

    /**
     * Begins to connect.
     *
     * @param socket a closed one, which is to become the connection
     * @param source the client's address that the server is to see; its port is changed where another connection has it. Null: a
     *     local one
     * @param at address of the guest, whose port means nothing
     * @return 0 when connected, or an {@link Errno}
     * @throws PosixException when the namespace cannot be entered
     */
    int connect(Socket socket, Guest guest, @Nullable SocketAddress source, SocketAddress at, int port)
            throws PosixException {
        netns.enter(guest.netns());
        to.set(at);
        to.setPort(port);
        int result = attempt(socket, source);
        if (result == Errno.ADDRESS_NOT_AVAILABLE && source != null) {
            socket.close();
            source.setPort(0); // the client had a connection from there to the same port, which has not faded away yet
            result = attempt(socket, source);
        }
        return result;
    }

    private int attempt(Socket socket, @Nullable SocketAddress source) {
        int result = open(socket);
        if (result < 0) {
            return result;
        }
        if (source != null && bind(socket, source, SourceRouting.MARK) < 0) {
            // Without the right to it the client is served all the same.
            socket.close();
            return attempt(socket, null);
        }
        result = socket.connect(to);
        // Inside one machine the answer is here before the first call returns.
        return Errno.isPending(result) ? socket.connect(to) : result;
    }

    private int open(Socket socket) {
        if (socket instanceof TcpSocket tcp) {
            return tcp.openLocal(to.isIpv4());
        }
        UdpSocket udp = (UdpSocket) socket;
        int result = udp.open(to.isIpv4());
        if (result == 0) {
            udp.enlargeReceiveBuffer();
        }
        return result;
    }

    private static int bind(Socket socket, SocketAddress source, NativeInt mark) {
        int result = socket.setTransparent(source.isIpv4());
        result = result < 0 ? result : socket.setMark(mark);
        result = result < 0 ? result : socket.setReuseAddress();
        result = result < 0 ? result : socket.bind(source);
        if (result == Errno.ADDRESS_IN_USE) {
            source.setPort(0);
            result = socket.bind(source);
        }
        return result;
    }
}
