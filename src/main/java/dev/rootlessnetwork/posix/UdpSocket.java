package dev.rootlessnetwork.posix;

import java.net.Inet4Address;
import java.net.InetAddress;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** A socket for datagrams. Made closed; {@link #open} opens it. */
public final class UdpSocket extends Socket {
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int IP_PKTINFO = 8;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_RECVERR = 25;
    private static final int MSG_ERRQUEUE = 0x2000;
    /** Room for the error with the address of who reports it, and for what else the socket tells of datagrams. */
    private static final int ERROR_CONTROL_SIZE = 192;

    /** For bursts that come while the thread is busy: about 700 full packets, by the kernel's account. */
    private static final NativeInt RECEIVE_BUFFER = new NativeInt(2 << 20);

    /** One that was received from another process. */
    public static UdpSocket received(Fd descriptor) {
        UdpSocket socket = new UdpSocket();
        socket.become(descriptor);
        return socket;
    }

    /** Opens it in the calling thread's network namespace. */
    public int open(boolean ipv4) {
        return open(ipv4, SOCK_DGRAM);
    }

    /**
     * Waits for datagrams in the calling thread's network namespace, {@code ::} for those of both families. It tells the address that
     * each was sent to, and of errors that come back for what it sent.
     *
     * @param port 1 to 65535
     * @throws PosixException EADDRINUSE, EACCES (a privileged port), EADDRNOTAVAIL (no such address here), EMFILE
     */
    public static UdpSocket bound(InetAddress address, int port) throws PosixException {
        boolean ipv4 = address instanceof Inet4Address;
        String doing = "bind UDP port " + port + " of " + address.getHostAddress();
        UdpSocket socket = new UdpSocket();
        try {
            socket.openFor(address, SOCK_DGRAM, doing);
            check(socket.setOption(SOL_IP, IP_RECVERR, NativeInt.ONE), doing);
            if (ipv4) {
                check(socket.setOption(SOL_IP, IP_PKTINFO, NativeInt.ONE), doing);
            } else {
                check(socket.setOption(SOL_IPV6, IPV6_RECVPKTINFO, NativeInt.ONE), doing);
                check(socket.setOption(SOL_IPV6, IPV6_RECVERR, NativeInt.ONE), doing);
            }
            socket.enlargeReceiveBuffer();
            check(socket.bind(SocketAddress.of(address, port)), doing);
            return socket;
        } catch (PosixException e) {
            socket.close();
            throw e;
        }
    }

    /** Makes room for bursts; without CAP_NET_ADMIN over the host as far as net.core.rmem_max allows. */
    public void enlargeReceiveBuffer() {
        if (setOption(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0) {
            setOption(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
        }
    }

    /**
     * Takes an error that came back for a datagram of this socket, which is not connected.
     *
     * @param peer becomes the address that the datagram was sent to
     * @return an {@link Errno}; 0: there is none
     */
    public int takeErrorOf(SocketAddress peer) {
        Pointer header = Memory.allocateDirect(LibC.RUNTIME, DatagramBatch.MSGHDR_SIZE + ERROR_CONTROL_SIZE, true);
        header.putLong(DatagramBatch.NAME, peer.pointer());
        header.putInt(DatagramBatch.NAME_LENGTH, SocketAddress.SIZE);
        header.putLong(DatagramBatch.CONTROL, header.address() + DatagramBatch.MSGHDR_SIZE);
        header.putLong(DatagramBatch.CONTROL_LENGTH, ERROR_CONTROL_SIZE);
        if (LibC.C.recvmsg(number(), header.address(), MSG_ERRQUEUE) == -1) {
            return 0;
        }
        peer.unmap();
        long end = DatagramBatch.MSGHDR_SIZE + header.getLong(DatagramBatch.CONTROL_LENGTH);
        for (long at = DatagramBatch.MSGHDR_SIZE; at < end; at += align(header.getLong(at))) {
            int type = header.getInt(at + DatagramBatch.CMSG_TYPE);
            if (type == IP_RECVERR || type == IPV6_RECVERR) {
                return -header.getInt(at + DatagramBatch.CMSG_DATA); // the errno begins a struct sock_extended_err
            }
        }
        return Errno.CONNECTION_REFUSED; // there was no room to tell which one
    }

    private static long align(long length) {
        return (length + Long.BYTES - 1) & -Long.BYTES;
    }
}
