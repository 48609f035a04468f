package dev.rootlessnetwork.network;

import org.jspecify.annotations.Nullable;

/** An entry of {@code spec.ports} as it was written and not judged yet; null where nothing was written. */
public record PortDraft(
        @Nullable String name,
        @Nullable String protocol,
        @Nullable String hostIp,
        @Nullable Integer hostPort,
        @Nullable Integer containerPort,
        @Nullable String containerIp,
        @Nullable Integer range) {
    /** An entry without anything in it. */
    public static final PortDraft EMPTY = new PortDraft(null, null, null, null, null, null, null);
}
