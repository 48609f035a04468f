package dev.rootlessnetwork.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A request to the kernel as netlink(7) lays it out: a header, the fixed structure of its kind, then attributes, each
 * aligned to four bytes. Numbers are in native order.
 */
final class NetlinkMessage {
    static final int NLM_F_REQUEST = 0x1;
    static final int NLM_F_ACK = 0x4;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    /** NLM_F_ROOT and NLM_F_MATCH: all there are. */
    static final int NLM_F_DUMP = 0x300;

    /** struct nlmsghdr: length, type, flags, sequence number, port. */
    static final int HEADER_SIZE = 16;

    static final int TYPE_OFFSET = 4;
    static final int FLAGS_OFFSET = 6;
    static final int SEQUENCE_OFFSET = 8;

    /** struct rtattr: length, type. */
    static final int ATTRIBUTE_HEADER_SIZE = 4;

    private static final int ALIGNMENT = 4;
    /** More than any of our requests takes. */
    private static final int LONGEST = 1024;

    private final ByteBuffer message = ByteBuffer.allocate(LONGEST).order(ByteOrder.nativeOrder());

    /**
     * @param type such as RTM_NEWADDR
     * @param flags besides NLM_F_REQUEST
     * @param body the structure that messages of this type begin with
     */
    NetlinkMessage(int type, int flags, byte[] body) {
        message.putInt(0)
                .putShort((short) type)
                .putShort((short) (NLM_F_REQUEST | flags))
                .putInt(0)
                .putInt(0) // the kernel's port
                .put(body);
        align();
    }

    NetlinkMessage attribute(int type, byte[] value) {
        message.putShort((short) (ATTRIBUTE_HEADER_SIZE + value.length))
                .putShort((short) type)
                .put(value);
        align();
        return this;
    }

    /** Of a number of 32 bits. */
    NetlinkMessage attribute(int type, int value) {
        return attribute(type, new Struct(Integer.BYTES).putInt(0, value).bytes());
    }

    /** Of a string, which the kernel wants to end with a NUL. */
    NetlinkMessage attribute(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    /** An attribute that consists of attributes. */
    NetlinkMessage nested(int type, Attributes inner) {
        int start = message.position();
        message.putShort((short) 0).putShort((short) type);
        inner.addTo(this);
        message.putShort(start, (short) (message.position() - start));
        return this;
    }

    /** Adds attributes to a message. */
    interface Attributes {
        void addTo(NetlinkMessage message);
    }

    /** The whole message. */
    byte[] bytes(int sequence) {
        byte[] bytes = Arrays.copyOf(message.array(), message.position());
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.nativeOrder())
                .putInt(0, bytes.length)
                .putInt(SEQUENCE_OFFSET, sequence);
        return bytes;
    }

    private void align() {
        message.position(aligned(message.position()));
    }

    /** Where what follows begins. */
    static int aligned(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
