package dev.rootlessnetwork.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A native structure, zeroed at first, whose members are named by their offset in bytes. */
final class Struct {
    private final byte[] bytes;
    private final ByteBuffer members;

    /** @param size in bytes */
    Struct(int size) {
        bytes = new byte[size];
        members = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** The memory itself, which native calls read and write. */
    byte[] bytes() {
        return bytes;
    }

    Struct putShort(int offset, short value) {
        members.putShort(offset, value);
        return this;
    }

    Struct putInt(int offset, int value) {
        members.putInt(offset, value);
        return this;
    }

    Struct putLong(int offset, long value) {
        members.putLong(offset, value);
        return this;
    }

    Struct putBytes(int offset, byte[] value) {
        members.put(offset, value);
        return this;
    }

    int getInt(int offset) {
        return members.getInt(offset);
    }

    long getLong(int offset) {
        return members.getLong(offset);
    }
}
