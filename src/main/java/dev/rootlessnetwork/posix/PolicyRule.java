package dev.rootlessnetwork.posix;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A rule that sends some packets to a table of routes, see ip-rule(8).
 *
 * @param table where their route is looked up
 * @param priority rules with a lower one are looked at first; two rules may have the same
 * @param mark only packets with this firewall mark; 0: whatever their mark
 * @param udpSourcePort only UDP datagrams from this port, Linux ≥ 4.17; 0: all packets
 */
public record PolicyRule(IpFamily family, int table, int priority, int mark, int udpSourcePort) {
    static final int RTM_NEWRULE = 32;
    static final int RTM_DELRULE = 33;
    static final int RTM_GETRULE = 34;

    /** struct fib_rule_hdr: family, prefix lengths, TOS, table, reserved, action; flags. */
    private static final int HEADER_SIZE = 12;

    private static final int TABLE_OFFSET = 4;
    private static final byte FR_ACT_TO_TBL = 1;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15;
    private static final int FRA_IP_PROTO = 22;
    private static final int FRA_SPORT_RANGE = 23;
    private static final byte IPPROTO_UDP = 17;

    public PolicyRule {
        if (udpSourcePort < 0 || udpSourcePort > 65535) {
            throw new IllegalArgumentException("port out of range 0 to 65535: " + udpSourcePort);
        }
    }

    /** {@code ip rule add fwmark MARK lookup TABLE priority PRIORITY}. */
    public static PolicyRule forMark(IpFamily family, int mark, int table, int priority) {
        return new PolicyRule(family, table, priority, mark, 0);
    }

    /** {@code ip rule add ipproto udp sport PORT lookup TABLE priority PRIORITY}. */
    public static PolicyRule forUdpSourcePort(IpFamily family, int port, int table, int priority) {
        return new PolicyRule(family, table, priority, 0, port);
    }

    NetlinkMessage addition() {
        return message(RTM_NEWRULE, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL);
    }

    NetlinkMessage removal() {
        return message(RTM_DELRULE, 0);
    }

    /** Asks for all rules of a family. */
    static NetlinkMessage dump(IpFamily family) {
        byte[] body = new Struct(HEADER_SIZE)
                .putBytes(0, new byte[] {family.number()})
                .bytes();
        return new NetlinkMessage(RTM_GETRULE, NetlinkMessage.NLM_F_DUMP, body);
    }

    /** What a dump has told of; what else a rule of somebody else's may ask for is left out. */
    static PolicyRule parse(IpFamily family, NetlinkReply found) {
        Map<Integer, ByteBuffer> attributes = found.attributes(HEADER_SIZE);
        ByteBuffer table = attributes.get(FRA_TABLE);
        ByteBuffer protocol = attributes.get(FRA_IP_PROTO);
        ByteBuffer ports = attributes.get(FRA_SPORT_RANGE);
        boolean udp = protocol != null && protocol.get(0) == IPPROTO_UDP;
        return new PolicyRule(
                family,
                table == null ? found.unsignedByte(TABLE_OFFSET) : NetlinkReply.number(table),
                NetlinkReply.number(attributes.get(FRA_PRIORITY)),
                NetlinkReply.number(attributes.get(FRA_FWMARK)),
                udp && ports != null ? Short.toUnsignedInt(ports.getShort(0)) : 0);
    }

    /** The removal of exactly what a dump has told of. */
    static NetlinkMessage removal(NetlinkReply found) {
        return new NetlinkMessage(RTM_DELRULE, NetlinkMessage.NLM_F_ACK, found.payload());
    }

    private NetlinkMessage message(int type, int flags) {
        byte[] body = new Struct(HEADER_SIZE)
                .putBytes(0, new byte[] {family.number(), 0, 0, 0, 0, 0, 0, FR_ACT_TO_TBL})
                .bytes();
        NetlinkMessage message = new NetlinkMessage(type, flags | NetlinkMessage.NLM_F_ACK, body)
                .attribute(FRA_TABLE, table)
                .attribute(FRA_PRIORITY, priority);
        if (mark != 0) {
            message.attribute(FRA_FWMARK, mark);
        }
        if (udpSourcePort != 0) {
            byte[] range = new Struct(2 * Short.BYTES)
                    .putShort(0, (short) udpSourcePort)
                    .putShort(Short.BYTES, (short) udpSourcePort)
                    .bytes();
            message.attribute(FRA_IP_PROTO, new byte[] {IPPROTO_UDP}).attribute(FRA_SPORT_RANGE, range);
        }
        return message;
    }

    /** In the words of ip(8). */
    @Override
    public String toString() {
        return (mark == 0 ? "" : "fwmark 0x" + Integer.toHexString(mark) + " ")
                + (udpSourcePort == 0 ? "" : "ipproto udp sport " + udpSourcePort + " ") + "lookup " + table
                + " priority " + priority + " (" + family + ")";
    }
}
