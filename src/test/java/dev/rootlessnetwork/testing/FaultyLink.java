package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The way from a client to a TCP server of this host, through a port of its own, that can fail as networks do. It passes bytes on and
 * looks at none.
 */
public final class FaultyLink implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final int serverPort;
    private final int port;
    private final List<Connection> connections = new ArrayList<>();
    private @Nullable ServerSocket listener;
    private boolean cuts;
    private boolean stalls;
    private int accepted;

    /** One client's connection, and the one to the server that belongs to it. Stalled once, it is so to its end. */
    private record Connection(Socket client, Socket server, CountDownLatch stalled) {
        /** Ends both at once, by a reset. */
        void reset() {
            for (Socket socket : List.of(client, server)) {
                try {
                    if (!socket.isClosed()) {
                        socket.setSoLinger(true, 0);
                        socket.close();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        boolean isStalled() {
            return stalled.getCount() == 0;
        }
    }

    /**
     * Opens a link.
     *
     * @param serverAddress such as {@code 127.0.0.1:6443}
     */
    public FaultyLink(String serverAddress) {
        serverPort = Integer.parseInt(serverAddress.substring(serverAddress.lastIndexOf(':') + 1));
        listener = listen(0);
        port = listener.getLocalPort();
        accept(listener);
    }

    private static ServerSocket listen(int port) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients find it: the same for its whole life. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** How many connections it has accepted. */
    public synchronized int accepted() {
        return accepted;
    }

    /** How many connections are stalled, and not yet given up by their client. */
    public synchronized long stalled() {
        return connections.stream().filter(Connection::isStalled).count();
    }

    /** Ends all connections by a reset; new ones pass. */
    public synchronized void reset() {
        connections.forEach(Connection::reset);
        connections.clear();
    }

    /** Ends all connections by a reset, and each new one as soon as it is accepted, until {@link #restore}. */
    public synchronized void cut() {
        cuts = true;
        reset();
        listen();
    }

    /** Ends all connections by a reset, and refuses new ones until {@link #restore}. */
    public synchronized void refuse() {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            listener = null;
        }
        reset();
    }

    /** From now on no byte moves: connections stay, and new ones are accepted. */
    public synchronized void stall() {
        stalls = true;
        stallOld();
    }

    /** Connections stay, but no byte of them moves any more; new ones pass. */
    public synchronized void stallOld() {
        connections.forEach(connection -> connection.stalled.countDown());
    }

    /** New connections pass again. Those that were stalled stay so. */
    public synchronized void restore() {
        cuts = false;
        stalls = false;
        listen();
    }

    private void listen() {
        if (listener == null) {
            listener = listen(port);
            accept(listener);
        }
    }

    private void accept(ServerSocket from) {
        start("link-accept", () -> {
            while (true) {
                open(from.accept());
            }
        });
    }

    private synchronized void open(Socket client) throws IOException {
        if (listener == null) {
            client.close(); // accepted while it was being closed
            return;
        }
        accepted++;
        Socket server = new Socket();
        Connection connection = new Connection(client, server, new CountDownLatch(1));
        if (cuts) {
            connection.reset();
            return;
        }
        if (stalls) {
            connection.stalled.countDown();
        } else {
            try {
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
            } catch (IOException e) {
                connection.reset(); // nobody listens there
                return;
            }
        }
        connections.add(connection);
        start("link-up", () -> pass(connection, client, server));
        if (server.isConnected()) {
            start("link-down", () -> pass(connection, server, client));
        }
    }

    /** Reads what comes, to its end, and passes it on while the connection is not stalled. */
    private void pass(Connection connection, Socket from, Socket to) throws IOException {
        try {
            InputStream input = from.getInputStream();
            byte[] buffer = new byte[BUFFER];
            for (int size = input.read(buffer); size >= 0; size = input.read(buffer)) {
                if (!connection.isStalled()) {
                    OutputStream output = to.getOutputStream();
                    output.write(buffer, 0, size);
                }
            }
            if (!connection.isStalled()) {
                to.shutdownOutput();
            }
        } finally {
            if (from.equals(connection.client)) {
                forget(connection);
            }
        }
    }

    private synchronized void forget(Connection connection) {
        connection.reset();
        connections.remove(connection);
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Runs until a socket of it ends, by either side's will or by ours. */
    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // its end
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        refuse();
    }
}
