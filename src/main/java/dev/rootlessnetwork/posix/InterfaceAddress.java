package dev.rootlessnetwork.posix;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * An address that an interface has.
 *
 * @param interfaceIndex of the interface
 * @param address with the length of its network's prefix
 * @param noDuplicateDetection IPv6: whether it is usable at once, without asking the link who else has it
 */
public record InterfaceAddress(int interfaceIndex, IpPrefix address, boolean noDuplicateDetection) {
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;

    /** struct ifaddrmsg: family, prefix length, flags, scope, and the interface's index. */
    private static final int IFADDRMSG_SIZE = 8;

    private static final int PREFIX_LENGTH_OFFSET = 1;
    private static final int INDEX_OFFSET = 4;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 0x02;

    /**
     * Of an IPv4 address together with its network's broadcast address, its last.
     *
     * @param type RTM_NEWADDR or RTM_DELADDR
     */
    NetlinkMessage message(int type, int flags) {
        byte[] body = new Struct(IFADDRMSG_SIZE)
                .putBytes(0, new byte[] {address.family().number(), (byte) address.length()})
                .putInt(INDEX_OFFSET, interfaceIndex)
                .bytes();
        byte[] bytes = address.address().getAddress();
        NetlinkMessage message = new NetlinkMessage(type, flags | NetlinkMessage.NLM_F_ACK, body)
                .attribute(IFA_LOCAL, bytes)
                .attribute(IFA_ADDRESS, bytes);
        if (address.family() == IpFamily.IPV4) {
            message.attribute(IFA_BROADCAST, address.last());
        }
        return noDuplicateDetection ? message.attribute(IFA_FLAGS, IFA_F_NODAD) : message;
    }

    /** Asks for the addresses of all interfaces. */
    static NetlinkMessage dump() {
        return new NetlinkMessage(RTM_GETADDR, NetlinkMessage.NLM_F_DUMP, new byte[IFADDRMSG_SIZE]);
    }

    /** Empty for the address of another protocol. */
    static Optional<InterfaceAddress> parse(NetlinkReply reply) {
        Map<Integer, ByteBuffer> attributes = reply.attributes(IFADDRMSG_SIZE);
        ByteBuffer bytes = attributes.getOrDefault(IFA_LOCAL, attributes.get(IFA_ADDRESS));
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.getByAddress(NetlinkReply.bytes(bytes));
            return Optional.of(new InterfaceAddress(
                    reply.getInt(INDEX_OFFSET),
                    new IpPrefix(address, reply.unsignedByte(PREFIX_LENGTH_OFFSET)),
                    (NetlinkReply.number(attributes.get(IFA_FLAGS)) & IFA_F_NODAD) != 0));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
