package dev.rootlessnetwork.posix;

import java.nio.charset.StandardCharsets;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * A null-terminated array of C strings in native memory, in UTF-8. Must be kept reachable while native code uses it.
 *
 * @param pointer the array
 * @param block the strings' bytes
 */
record StringArray(Pointer pointer, Pointer block) {
    static StringArray of(List<String> strings) {
        List<byte[]> encoded = strings.stream().map(StringArray::encode).toList();
        int length = encoded.stream().mapToInt(bytes -> bytes.length).sum();
        int wordSize = LibC.RUNTIME.addressSize();
        Pointer block = Memory.allocateDirect(LibC.RUNTIME, Math.max(1, length), true);
        Pointer array = Memory.allocateDirect(LibC.RUNTIME, (encoded.size() + 1) * wordSize, true);
        int offset = 0;
        for (int i = 0; i < encoded.size(); i++) {
            byte[] bytes = encoded.get(i);
            block.put(offset, bytes, 0, bytes.length);
            array.putAddress((long) i * wordSize, block.address() + offset);
            offset += bytes.length;
        }
        return new StringArray(array, block);
    }

    private static byte[] encode(String string) {
        if (string.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL in an argument: " + string.replace('\0', '?'));
        }
        return (string + '\0').getBytes(StandardCharsets.UTF_8);
    }
}
