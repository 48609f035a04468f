package dev.rootlessnetwork.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One end of a TCP connection in a test's own hands, so that each thing which a peer may do can be done. Waits 20 s at most. */
public final class TcpEnd implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 20_000;

    private final Socket socket;

    /** How a peer ends a connection. */
    public enum Ending {
        /** It sends no more. */
        CLOSED,
        /** It has dropped everything. */
        RESET
    }

    TcpEnd(Socket socket) throws SocketException {
        this.socket = socket;
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Connects from this host. */
    public static TcpEnd connect(String address, int port) {
        try {
            Socket socket = SocketChannel.open().socket();
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), DEADLINE_MILLIS);
            return new TcpEnd(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("connect to " + address + " port " + port, e);
        }
    }

    public void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends as much as can be sent without the peer's reading any of it. */
    public void sendWhatFits(byte[] bytes) {
        SocketChannel channel = socket.getChannel();
        try {
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(bytes));
            channel.configureBlocking(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next bytes, as many as that. */
    public String receive(int count) {
        return new String(receiveBytes(count), StandardCharsets.UTF_8);
    }

    /** The next bytes, as many as that. */
    public byte[] receiveBytes(int count) {
        try {
            return socket.getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything up to the end of what the peer sends. */
    public byte[] receiveAll() {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the peer ends the connection, which sends nothing before. */
    public Ending ending() {
        try {
            assertThat(socket.getInputStream().read())
                    .as("what comes instead of the end")
                    .isEqualTo(-1);
            return Ending.CLOSED;
        } catch (SocketException e) {
            return Ending.RESET;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing of what the peer sent is here, and it has not ended the connection. */
    public boolean sendsNothing() {
        try {
            socket.setSoTimeout(100);
            socket.getInputStream().read();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends a text to a server that sends back what it gets, and expects it back. */
    public void echo(String text) {
        send(text);
        assertThat(receive(text.length())).isEqualTo(text);
    }

    /** Sends no more; the other direction stays. */
    public void endSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it by a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    /** Closes both directions at once, in the middle of things. */
    public void hangUp() {
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
