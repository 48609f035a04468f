package dev.rootlessnetwork.posix;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route of a network namespace.
 *
 * @param destination what it leads to
 * @param gateway by way of whom; null: the interface reaches it directly
 * @param interfaceIndex through which interface; of lo for what is to be delivered in the namespace itself
 * @param local whether the destination counts as an address of this namespace
 * @param table which list of routes it is in, see ip-rule(8)
 * @param source the address preferred for what is sent along it; null: the kernel's choice
 */
public record Route(
        IpPrefix destination,
        @Nullable InetAddress gateway,
        int interfaceIndex,
        boolean local,
        int table,
        @Nullable InetAddress source) {
    /** The table that is looked into unless a rule says otherwise. */
    public static final int MAIN_TABLE = 254;

    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;

    /** struct rtmsg: family, prefix lengths, TOS, table, protocol, scope, type; flags. */
    static final int RTMSG_SIZE = 12;

    private static final int DESTINATION_LENGTH_OFFSET = 1;
    private static final int TABLE_OFFSET = 4;
    private static final int TYPE_OFFSET = 7;
    private static final byte RT_TABLE_UNSPEC = 0;
    private static final byte RTPROT_UNSPEC = 0;
    private static final byte RTPROT_BOOT = 3;
    private static final byte RT_SCOPE_UNIVERSE = 0;
    private static final byte RT_SCOPE_LINK = (byte) 253;
    private static final byte RT_SCOPE_HOST = (byte) 254;
    private static final byte RT_SCOPE_NOWHERE = (byte) 255;
    private static final byte RTN_UNICAST = 1;
    private static final byte RTN_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_TABLE = 15;

    /** {@code ip route add default via GATEWAY dev INTERFACE}. */
    public static Route defaultVia(InetAddress gateway, int interfaceIndex) {
        return new Route(IpPrefix.all(IpFamily.of(gateway)), gateway, interfaceIndex, false, MAIN_TABLE, null);
    }

    /** {@code ip route add local DESTINATION dev lo table TABLE src SOURCE}. */
    public static Route toLocal(IpPrefix destination, int loopbackIndex, int table, InetAddress source) {
        return new Route(destination, null, loopbackIndex, true, table, source);
    }

    NetlinkMessage addition() {
        int flags = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;
        return message(RTM_NEWROUTE, flags, RTPROT_BOOT, scope());
    }

    /** Of the route whoever has set it, and with whatever scope. */
    NetlinkMessage removal() {
        return message(RTM_DELROUTE, 0, RTPROT_UNSPEC, RT_SCOPE_NOWHERE);
    }

    /** Asks for all routes of a family. */
    static NetlinkMessage dump(IpFamily family) {
        byte[] body =
                new Struct(RTMSG_SIZE).putBytes(0, new byte[] {family.number()}).bytes();
        return new NetlinkMessage(RTM_GETROUTE, NetlinkMessage.NLM_F_DUMP, body);
    }

    /** A default route that a dump has told of; empty for other routes. */
    static Optional<Route> parseDefault(IpFamily family, NetlinkReply found) {
        if (found.unsignedByte(DESTINATION_LENGTH_OFFSET) != 0 || found.unsignedByte(TYPE_OFFSET) != RTN_UNICAST) {
            return Optional.empty();
        }
        Map<Integer, ByteBuffer> attributes = found.attributes(RTMSG_SIZE);
        return Optional.of(new Route(
                IpPrefix.all(family),
                address(attributes.get(RTA_GATEWAY)),
                NetlinkReply.number(attributes.get(RTA_OIF)),
                false,
                table(found),
                address(attributes.get(RTA_PREFSRC))));
    }

    private static @Nullable InetAddress address(@Nullable ByteBuffer bytes) {
        try {
            return bytes == null ? null : InetAddress.getByAddress(NetlinkReply.bytes(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes + " bytes", e);
        }
    }

    /** The removal of what a dump has told of. */
    static NetlinkMessage removal(NetlinkReply found) {
        return new NetlinkMessage(RTM_DELROUTE, NetlinkMessage.NLM_F_ACK, found.payload());
    }

    /** The table of what a dump has told of. */
    static int table(NetlinkReply found) {
        var number = found.attributes(RTMSG_SIZE).get(RTA_TABLE);
        return number == null ? found.unsignedByte(TABLE_OFFSET) : NetlinkReply.number(number);
    }

    private byte scope() {
        if (local) {
            return RT_SCOPE_HOST;
        }
        return gateway == null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    }

    private NetlinkMessage message(int type, int flags, byte protocol, byte scope) {
        byte kind = local ? RTN_LOCAL : RTN_UNICAST;
        byte[] body = new Struct(RTMSG_SIZE)
                .putBytes(0, new byte[] {
                    destination.family().number(),
                    (byte) destination.length(),
                    0,
                    0,
                    RT_TABLE_UNSPEC,
                    protocol,
                    scope,
                    kind
                })
                .bytes();
        NetlinkMessage message =
                new NetlinkMessage(type, flags | NetlinkMessage.NLM_F_ACK, body).attribute(RTA_TABLE, table);
        if (destination.length() > 0) {
            message.attribute(RTA_DST, destination.address().getAddress());
        }
        if (gateway != null) {
            message.attribute(RTA_GATEWAY, gateway.getAddress());
        }
        if (source != null) {
            message.attribute(RTA_PREFSRC, source.getAddress());
        }
        return message.attribute(RTA_OIF, interfaceIndex);
    }

    /** In the words of ip(8). */
    @Override
    public String toString() {
        return (local ? "local " : "") + destination + (gateway == null ? "" : " via " + gateway.getHostAddress())
                + " dev " + interfaceIndex + " table " + table
                + (source == null ? "" : " src " + source.getHostAddress());
    }
}
