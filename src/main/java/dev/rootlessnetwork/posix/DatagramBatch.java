package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * Up to {@link #CAPACITY} datagrams with their addresses, received by one call and sent on by one or a few, see recvmmsg(2). Meant for
 * reuse by one thread. Calls return the number of datagrams, or an {@link Errno}.
 */
public final class DatagramBatch {
    /** How many fit. */
    public static final int CAPACITY = 64;

    /** struct msghdr. */
    static final int MSGHDR_SIZE = 56;

    static final int NAME = 0;
    static final int NAME_LENGTH = 8;
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    static final int CONTROL = 32;
    static final int CONTROL_LENGTH = 40;
    /** struct mmsghdr: a msghdr, and the length of what was received or sent. */
    private static final int MMSGHDR_SIZE = 64;

    private static final int LENGTH = MSGHDR_SIZE;
    private static final int IOVEC_SIZE = 16;
    private static final int IOVEC_LENGTH = 8;
    /** The largest datagram of IPv4 and IPv6, rounded up. Pages that nothing was written to cost nothing. */
    private static final int BUFFER_SIZE = 1 << 16;

    private static final int NAME_SIZE = 32;
    private static final int CONTROL_SIZE = 64;
    /** struct cmsghdr: length, level, type; its data follows. */
    private static final int CMSG_LEVEL = 8;

    static final int CMSG_TYPE = 12;
    static final int CMSG_DATA = 16;
    private static final int IP_PKTINFO = 8;
    private static final int IPV6_PKTINFO = 50;
    /** struct in_pktinfo: interface, the address to send from, the address that it was sent to. */
    private static final int PKTINFO_SPEC_DST = CMSG_DATA + 4;

    private static final int PKTINFO_LENGTH = CMSG_DATA + 12;
    /** struct in6_pktinfo: address, interface. */
    private static final int PKTINFO6_LENGTH = CMSG_DATA + 20;

    private static final int PKTINFO6_INTERFACE = CMSG_DATA + 16;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int EIO = 5;
    private static final int SHORTEST_RUN = 2;
    /** A little less than the longest datagram of either family. */
    private static final int MOST_BYTES_OF_RUN = 65_000;

    private final Pointer headers = Memory.allocateDirect(LibC.RUNTIME, CAPACITY * MMSGHDR_SIZE, true);
    private final Pointer vectors = Memory.allocateDirect(LibC.RUNTIME, CAPACITY * IOVEC_SIZE, true);
    private final Pointer names = Memory.allocateDirect(LibC.RUNTIME, CAPACITY * NAME_SIZE, true);
    private final Pointer controls = Memory.allocateDirect(LibC.RUNTIME, CAPACITY * CONTROL_SIZE, true);
    private final Pointer buffers = Memory.allocateDirect(LibC.RUNTIME, CAPACITY * BUFFER_SIZE, false);
    private final SocketAddress[] peers = new SocketAddress[CAPACITY];

    public DatagramBatch() {
        for (int i = 0; i < CAPACITY; i++) {
            peers[i] = SocketAddress.at(names.slice((long) i * NAME_SIZE, NAME_SIZE));
            vectors.putLong((long) i * IOVEC_SIZE, buffers.address() + (long) i * BUFFER_SIZE);
            headers.putLong(header(i) + IOV, vectors.address() + (long) i * IOVEC_SIZE);
            headers.putLong(header(i) + IOV_COUNT, 1);
        }
    }

    private static long header(int i) {
        return (long) i * MMSGHDR_SIZE;
    }

    /** Receives what is there at a socket that is not connected, with the addresses. */
    public int receive(UdpSocket socket) {
        for (int i = 0; i < CAPACITY; i++) {
            prepare(i, names.address() + (long) i * NAME_SIZE, controls.address() + (long) i * CONTROL_SIZE);
        }
        int count = receiveInto(socket);
        for (int i = 0; i < count; i++) {
            peers[i].unmap();
        }
        return count;
    }

    /** Receives what is there at a connected socket. */
    public int receiveConnected(UdpSocket socket) {
        for (int i = 0; i < CAPACITY; i++) {
            prepare(i, 0, 0);
        }
        return receiveInto(socket);
    }

    private int receiveInto(UdpSocket socket) {
        int count = Errno.result(C.recvmmsg(socket.number(), headers.address(), CAPACITY, MSG_DONTWAIT, 0));
        for (int i = 0; i < count; i++) {
            vectors.putLong((long) i * IOVEC_SIZE + IOVEC_LENGTH, length(i));
        }
        return count;
    }

    private void prepare(int i, long name, long control) {
        long header = header(i);
        headers.putLong(header + NAME, name);
        headers.putInt(header + NAME_LENGTH, name == 0 ? 0 : SocketAddress.SIZE);
        headers.putLong(header + CONTROL, control);
        headers.putLong(header + CONTROL_LENGTH, control == 0 ? 0 : CONTROL_SIZE);
        vectors.putLong((long) i * IOVEC_SIZE + IOVEC_LENGTH, BUFFER_SIZE);
    }

    /** In bytes. */
    public int length(int i) {
        return headers.getInt(header(i) + LENGTH);
    }

    /** The length of some together. */
    public long bytes(int first, int count) {
        long bytes = 0;
        for (int i = first; i < first + count; i++) {
            bytes += vectors.getLong((long) i * IOVEC_SIZE + IOVEC_LENGTH);
        }
        return bytes;
    }

    /** Who sent it; IPv4 as such. Valid until the next call that receives. */
    public SocketAddress peer(int i) {
        return peers[i];
    }

    /** The first half of the address that it was sent to, as {@link SocketAddress#high}; in the form that the socket knows it by. */
    public long localHigh(int i) {
        return isIpv6(i) ? controls.getLong(control(i) + CMSG_DATA) : 0;
    }

    /** The second half, or all of IPv4. */
    public long localLow(int i) {
        return isIpv6(i)
                ? controls.getLong(control(i) + CMSG_DATA + Long.BYTES)
                : controls.getInt(control(i) + PKTINFO_SPEC_DST) & 0xffffffffL;
    }

    private boolean isIpv6(int i) {
        return controls.getInt(control(i) + CMSG_TYPE) == IPV6_PKTINFO;
    }

    private static long control(int i) {
        return (long) i * CONTROL_SIZE;
    }

    /** Sends some to the peer of a connected socket. */
    public int sendConnected(UdpSocket socket, int first, int count) {
        for (int i = first; i < first + count; i++) {
            headers.putLong(header(i) + NAME, 0);
            headers.putInt(header(i) + NAME_LENGTH, 0);
            headers.putLong(header(i) + CONTROL, 0);
            headers.putLong(header(i) + CONTROL_LENGTH, 0);
        }
        return send(socket, first, count);
    }

    /**
     * Sends some to one address, from one of ours.
     *
     * @param ipv6Socket whether the socket is one of IPv6, which knows IPv4 addresses as mapped ones
     * @param localHigh as {@link #localHigh}
     */
    public int sendTo(
            UdpSocket socket,
            boolean ipv6Socket,
            int first,
            int count,
            SocketAddress peer,
            long localHigh,
            long localLow) {
        for (int i = first; i < first + count; i++) {
            peers[i].set(peer);
            if (ipv6Socket) {
                peers[i].map();
            }
            headers.putLong(header(i) + NAME, names.address() + (long) i * NAME_SIZE);
            headers.putInt(header(i) + NAME_LENGTH, peers[i].length());
            headers.putLong(header(i) + CONTROL, controls.address() + control(i));
            headers.putLong(
                    header(i) + CONTROL_LENGTH, ipv6Socket ? local6(i, localHigh, localLow) : local(i, localLow));
        }
        return send(socket, first, count);
    }

    private int send(UdpSocket socket, int first, int count) {
        int run = run(first, count);
        if (run >= SHORTEST_RUN) {
            int sent = sendAsOne(socket, first, run);
            if (sent >= 0 || !isUnsuitable(sent)) {
                return sent;
            }
        }
        return Errno.result(C.sendmmsg(socket.number(), headers.address() + header(first), count, MSG_DONTWAIT));
    }

    /** How many, from the first on, are of the same length and can go through the kernel as one. */
    private int run(int first, int count) {
        long length = bytes(first, 1);
        long most = length == 0 ? 1 : Math.min(count, MOST_BYTES_OF_RUN / length);
        int run = 1;
        while (run < most && bytes(first + run, 1) == length) {
            run++;
        }
        return run;
    }

    /** Sends datagrams of the same length as one that the kernel cuts up as late as it can, see UDP_SEGMENT in udp(7). */
    private int sendAsOne(UdpSocket socket, int first, int run) {
        long header = header(first);
        long otherControl = headers.getLong(header + CONTROL_LENGTH);
        long at = control(first) + otherControl;
        controls.putLong(at, CMSG_DATA + Short.BYTES);
        controls.putInt(at + CMSG_LEVEL, SOL_UDP);
        controls.putInt(at + CMSG_TYPE, UDP_SEGMENT);
        controls.putShort(at + CMSG_DATA, (short) bytes(first, 1));
        headers.putLong(header + CONTROL, controls.address() + control(first));
        headers.putLong(header + CONTROL_LENGTH, otherControl + CMSG_DATA + Long.BYTES);
        headers.putLong(header + IOV_COUNT, run); // those of the datagrams are side by side
        int sent = Errno.result(C.sendmmsg(socket.number(), headers.address() + header, 1, MSG_DONTWAIT));
        headers.putLong(header + IOV_COUNT, 1);
        headers.putLong(header + CONTROL_LENGTH, otherControl);
        return sent == 1 ? run : sent;
    }

    /** Longer than a packet may be on the way, or a way that cannot cut them up. */
    private static boolean isUnsuitable(int error) {
        return error == -LibC.EINVAL || error == -EIO || error == Errno.MESSAGE_TOO_LONG;
    }

    /** Returns the length with padding, as CMSG_SPACE does. */
    private int local(int i, long low) {
        long at = control(i);
        controls.putLong(at, PKTINFO_LENGTH);
        controls.putInt(at + CMSG_LEVEL, Socket.SOL_IP);
        controls.putInt(at + CMSG_TYPE, IP_PKTINFO);
        controls.putInt(at + CMSG_DATA, 0);
        controls.putInt(at + PKTINFO_SPEC_DST, (int) low);
        controls.putInt(at + PKTINFO_SPEC_DST + Integer.BYTES, 0);
        return PKTINFO_LENGTH + Integer.BYTES;
    }

    private int local6(int i, long high, long low) {
        long at = control(i);
        controls.putLong(at, PKTINFO6_LENGTH);
        controls.putInt(at + CMSG_LEVEL, Socket.SOL_IPV6);
        controls.putInt(at + CMSG_TYPE, IPV6_PKTINFO);
        controls.putLong(at + CMSG_DATA, high);
        controls.putLong(at + CMSG_DATA + Long.BYTES, low);
        controls.putInt(at + PKTINFO6_INTERFACE, 0);
        return PKTINFO6_LENGTH + Integer.BYTES;
    }
}
