package dev.rootlessnetwork.testing;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/**
 * A TCP server of this process that listens in a target: the test accepts, and has the server's end of each connection in its own hands.
 */
public final class TestListener implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 20_000;

    private final ServerSocketChannel channel;

    private TestListener(ServerSocketChannel channel) {
        this.channel = channel;
    }

    /** Listens in a target. */
    public static TestListener in(TargetProcess target, String address, int port) {
        return in(target, address, port, 1024, 0);
    }

    /**
     * Listens in a target.
     *
     * @param backlog how many connections wait to be accepted before the kernel takes no more
     * @param receiveBuffer of each connection, in bytes; 0: the kernel's choice
     */
    public static TestListener in(TargetProcess target, String address, int port, int backlog, int receiveBuffer) {
        try (Fd netns = Fd.openRead(Path.of("/proc", Integer.toString(target.pid()), "ns/net"))) {
            InetAddress ip = InetAddress.getByName(address);
            return Namespaces.inNetns(netns, () -> {
                ServerSocketChannel channel = ServerSocketChannel.open(
                        ip instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                if (receiveBuffer > 0) {
                    channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
                }
                channel.bind(new InetSocketAddress(ip, port), backlog);
                return new TestListener(channel);
            });
        } catch (Exception e) {
            throw new AssertionError("listen on " + address + " port " + port + " of " + target.netns(), e);
        }
    }

    /** Waits for the next connection. */
    public TcpEnd accept() {
        try {
            channel.socket().setSoTimeout(DEADLINE_MILLIS);
            return new TcpEnd(channel.socket().accept());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops listening; connections stay. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
