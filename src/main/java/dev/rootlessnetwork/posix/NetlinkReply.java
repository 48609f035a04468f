package dev.rootlessnetwork.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message from the kernel, see netlink(7). */
final class NetlinkReply {
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_ACK_TLVS = 0x200;
    /** struct nlmsgerr without the request's payload, which we ask the kernel to leave out. */
    private static final int NLMSGERR_SIZE = 4 + NetlinkMessage.HEADER_SIZE;

    private static final int NLMSGERR_ATTR_MSG = 1;
    /** The upper bits of an attribute's type say how its value is laid out. */
    private static final int NLA_TYPE_MASK = 0x3fff;

    private final int type;
    private final int flags;
    private final int sequence;
    private final ByteBuffer payload;

    private NetlinkReply(int type, int flags, int sequence, ByteBuffer payload) {
        this.type = type;
        this.flags = flags;
        this.sequence = sequence;
        this.payload = payload;
    }

    /** Takes apart what one read brought. */
    static List<NetlinkReply> parse(byte[] datagram, int length) {
        ByteBuffer data = ByteBuffer.wrap(datagram, 0, length).order(ByteOrder.nativeOrder());
        List<NetlinkReply> replies = new ArrayList<>();
        int start = 0;
        while (length - start >= NetlinkMessage.HEADER_SIZE) {
            int end = start + data.getInt(start);
            if (end < start + NetlinkMessage.HEADER_SIZE || end > length) {
                break; // cut off: there is no more to be had of it
            }
            replies.add(new NetlinkReply(
                    data.getShort(start + NetlinkMessage.TYPE_OFFSET),
                    data.getShort(start + NetlinkMessage.FLAGS_OFFSET),
                    data.getInt(start + NetlinkMessage.SEQUENCE_OFFSET),
                    slice(data, start + NetlinkMessage.HEADER_SIZE, end)));
            start += NetlinkMessage.aligned(end - start);
        }
        return replies;
    }

    private static ByteBuffer slice(ByteBuffer data, int start, int end) {
        return data.slice(start, end - start).order(ByteOrder.nativeOrder());
    }

    int sequence() {
        return sequence;
    }

    /** Whether nothing follows: the request is done, or refused. */
    boolean last() {
        return type == NLMSG_ERROR || type == NLMSG_DONE;
    }

    /** What a {@link #last} message says: 0 for success. */
    int errno() {
        return payload.remaining() < Integer.BYTES ? 0 : -payload.getInt(0);
    }

    /** The kernel's own words about an error; null where it has none. */
    @Nullable
    String words() {
        if (type != NLMSG_ERROR || (flags & NLM_F_ACK_TLVS) == 0) {
            return null;
        }
        ByteBuffer words = attributes(NLMSGERR_SIZE).get(NLMSGERR_ATTR_MSG);
        return words == null ? null : string(words);
    }

    /** Whether what a dump tells of has changed while it was under way, so that some may be missing. */
    boolean interrupted() {
        return (flags & NLM_F_DUMP_INTR) != 0;
    }

    /** What follows the header: the structure of the message's type, then attributes. */
    byte[] payload() {
        byte[] bytes = new byte[payload.limit()];
        payload.get(0, bytes);
        return bytes;
    }

    int unsignedByte(int offset) {
        return Byte.toUnsignedInt(payload.get(offset));
    }

    int getInt(int offset) {
        return payload.getInt(offset);
    }

    /**
     * The attributes by type.
     *
     * @param offset where they begin, in bytes from the payload's start
     */
    Map<Integer, ByteBuffer> attributes(int offset) {
        Map<Integer, ByteBuffer> attributes = new HashMap<>();
        int start = offset;
        while (payload.limit() - start >= NetlinkMessage.ATTRIBUTE_HEADER_SIZE) {
            int size = Short.toUnsignedInt(payload.getShort(start));
            if (size < NetlinkMessage.ATTRIBUTE_HEADER_SIZE || start + size > payload.limit()) {
                break;
            }
            attributes.put(
                    payload.getShort(start + 2) & NLA_TYPE_MASK,
                    slice(payload, start + NetlinkMessage.ATTRIBUTE_HEADER_SIZE, start + size));
            start += NetlinkMessage.aligned(size);
        }
        return attributes;
    }

    /** The text of an attribute, without the NUL at its end. */
    static String string(ByteBuffer value) {
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString().replaceFirst("\0.*", "");
    }

    /** The bytes of an attribute. */
    static byte[] bytes(ByteBuffer value) {
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        return bytes;
    }

    /** The number of 32 bits in an attribute; 0 where there is none. */
    static int number(@Nullable ByteBuffer value) {
        return value == null ? 0 : value.getInt(0);
    }
}
