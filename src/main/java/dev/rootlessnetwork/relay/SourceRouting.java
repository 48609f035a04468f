package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.NativeInt;

final class SourceRouting {
    /** "rln" in ASCII; shows in `ip rule` of a target. */
    static final NativeInt MARK = new NativeInt(0x726c6e);

    private SourceRouting() {}
}
