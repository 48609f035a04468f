package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel about and for links, addresses, routes and rules, see rtnetlink(7). It is about the network namespace that
 * the thread was in which opened it. The kernel answers before a request's write returns, so nothing here blocks for long.
 */
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    /** Leaves the request out of an answer that refuses it; Linux 4.3. */
    private static final int NETLINK_CAP_ACK = 10;
    /** Puts the kernel's own words into one; Linux 4.12. */
    private static final int NETLINK_EXT_ACK = 11;
    /** As many bytes as the kernel puts into one datagram of a dump. */
    private static final int DATAGRAM = 32 * 1024;
    /** How often a dump that was overtaken by a change is made anew. */
    private static final int MOST_DUMPS = 5;

    private final Fd socket;
    private int sequence;

    private NetlinkSocket(Fd socket) {
        this.socket = socket;
    }

    static NetlinkSocket open() throws PosixException {
        Fd socket = new Fd(
                LibC.check(C.socket(AF_NETLINK, SOCK_RAW | LibC.O_CLOEXEC, NETLINK_ROUTE), "open an rtnetlink socket"));
        try (Fd.Lease lease = socket.lease()) {
            // On a kernel without them the messages are shorter, and nothing else.
            C.setsockopt(lease.number(), SOL_NETLINK, NETLINK_CAP_ACK, new int[] {1}, Integer.BYTES);
            C.setsockopt(lease.number(), SOL_NETLINK, NETLINK_EXT_ACK, new int[] {1}, Integer.BYTES);
        }
        return new NetlinkSocket(socket);
    }

    /**
     * Has a request done, one with {@link NetlinkMessage#NLM_F_ACK}.
     *
     * @param doing as it stands in the message of an error
     * @return what the kernel answered besides that it is done
     */
    synchronized List<NetlinkReply> request(NetlinkMessage message, String doing) throws PosixException {
        sequence++;
        socket.write(message.bytes(sequence));
        List<NetlinkReply> replies = new ArrayList<>();
        while (true) {
            byte[] datagram = new byte[DATAGRAM]; // a new one each time, for the replies refer to it
            int length = socket.read(datagram);
            for (NetlinkReply reply : NetlinkReply.parse(datagram, length)) {
                if (reply.sequence() != sequence) {
                    continue; // of an earlier request, whose answers were not all read
                }
                if (reply.last()) {
                    checkDone(reply, doing);
                    return replies;
                }
                replies.add(reply);
            }
        }
    }

    /** Has a list made, by a request with {@link NetlinkMessage#NLM_F_DUMP}. */
    List<NetlinkReply> dump(NetlinkMessage message, String doing) throws PosixException {
        List<NetlinkReply> replies = request(message, doing);
        for (int dumps = 1; dumps < MOST_DUMPS && replies.stream().anyMatch(NetlinkReply::interrupted); dumps++) {
            replies = request(message, doing);
        }
        return replies;
    }

    private static void checkDone(NetlinkReply reply, String doing) throws PosixException {
        int errno = reply.errno();
        @Nullable String words = reply.words();
        if (errno == LibC.EPERM) {
            throw new PosixException(doing, errno, "that needs CAP_NET_ADMIN in the network namespace");
        }
        if (errno != 0) {
            throw words == null ? new PosixException(doing, errno) : new PosixException(doing, errno, words);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
