package dev.rootlessnetwork.posix;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** A constant in native memory, so that calls which take a pointer to it copy nothing. */
public final class NativeInt {
    static final NativeInt ZERO = new NativeInt(0);
    static final NativeInt ONE = new NativeInt(1);

    private final Pointer memory = Memory.allocateDirect(LibC.RUNTIME, Integer.BYTES);

    public NativeInt(int value) {
        memory.putInt(0, value);
    }

    long pointer() {
        return memory.address();
    }
}
