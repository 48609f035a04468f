package dev.rootlessnetwork.posix;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;

/**
 * A network interface as the kernel describes it, and the requests that change one.
 *
 * @param index by which other requests name it
 * @param up whether it is switched on, whatever the link itself does
 * @param mtu in bytes
 * @param macAddress octets in lower-case hexadecimal with colons; empty for an interface without one
 */
public record Link(int index, boolean up, int mtu, String macAddress) {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;

    /** struct ifinfomsg: family, padding, type; index, flags, and which flags to change. */
    private static final int IFINFOMSG_SIZE = 16;

    private static final int INDEX_OFFSET = 4;
    private static final int FLAGS_OFFSET = 8;
    private static final int CHANGE_OFFSET = 12;
    private static final int IFF_UP = 0x1;
    private static final int IFF_MULTICAST = 0x1000;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_AF_SPEC = 26;
    private static final int AF_INET6 = 10;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    static NetlinkMessage get(String name) {
        return new NetlinkMessage(RTM_GETLINK, NetlinkMessage.NLM_F_ACK, new byte[IFINFOMSG_SIZE])
                .attribute(IFLA_IFNAME, name);
    }

    static Link parse(NetlinkReply reply) {
        Map<Integer, ByteBuffer> attributes = reply.attributes(IFINFOMSG_SIZE);
        ByteBuffer mac = attributes.get(IFLA_ADDRESS);
        return new Link(
                reply.getInt(INDEX_OFFSET),
                (reply.getInt(FLAGS_OFFSET) & IFF_UP) != 0,
                NetlinkReply.number(attributes.get(IFLA_MTU)),
                mac == null ? "" : MAC.formatHex(NetlinkReply.bytes(mac)));
    }

    static NetlinkMessage switchOn(int index) {
        return change(index, IFF_UP, IFF_UP);
    }

    static NetlinkMessage switchOnWithoutMulticast(int index) {
        return change(index, IFF_UP, IFF_UP | IFF_MULTICAST);
    }

    static NetlinkMessage setMtu(int index, int mtu) {
        return change(index, 0, 0).attribute(IFLA_MTU, mtu);
    }

    static NetlinkMessage setMacAddress(int index, String macAddress) {
        return change(index, 0, 0).attribute(IFLA_ADDRESS, MAC.parseHex(macAddress));
    }

    /** Makes the kernel give it no IPv6 address of its own making, be it link-local or by router advertisement. */
    static NetlinkMessage generateNoAddresses(int index) {
        return change(index, 0, 0)
                .nested(
                        IFLA_AF_SPEC,
                        families -> families.nested(
                                AF_INET6,
                                inet6 -> inet6.attribute(
                                        IFLA_INET6_ADDR_GEN_MODE, new byte[] {IN6_ADDR_GEN_MODE_NONE})));
    }

    private static NetlinkMessage change(int index, int flags, int flagsToChange) {
        byte[] body = new Struct(IFINFOMSG_SIZE)
                .putInt(INDEX_OFFSET, index)
                .putInt(FLAGS_OFFSET, flags)
                .putInt(CHANGE_OFFSET, flagsToChange)
                .bytes();
        return new NetlinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK, body);
    }
}
