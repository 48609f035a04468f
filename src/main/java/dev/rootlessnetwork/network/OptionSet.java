package dev.rootlessnetwork.network;

import org.jspecify.annotations.Nullable;

/**
 * Some of a network's options, as they were written and not judged yet. Null: left to whoever comes next, the object's
 * spec before the agent's defaults before Podman's.
 */
public record OptionSet(
        @Nullable String cidr,
        @Nullable Long mtu,
        @Nullable Boolean enableIpv6,
        @Nullable Boolean allowHostLoopback,
        @Nullable String portHandler,
        @Nullable String outboundAddr,
        @Nullable String outboundAddr6,
        @Nullable Boolean disableDns,
        @Nullable String macAddress,
        @Nullable String interfaceName) {
    /** No option at all. */
    public static final OptionSet EMPTY = new OptionSet(null, null, null, null, null, null, null, null, null, null);

    /** What Podman does where nothing is said. */
    public static final OptionSet PODMAN_DEFAULTS =
            new OptionSet(null, 65520L, false, false, "rootlesskit", null, null, false, null, "tap0");

    /** These options, and the other's where these are silent. */
    public OptionSet orElse(OptionSet other) {
        return new OptionSet(
                cidr == null ? other.cidr : cidr,
                mtu == null ? other.mtu : mtu,
                enableIpv6 == null ? other.enableIpv6 : enableIpv6,
                allowHostLoopback == null ? other.allowHostLoopback : allowHostLoopback,
                portHandler == null ? other.portHandler : portHandler,
                outboundAddr == null ? other.outboundAddr : outboundAddr,
                outboundAddr6 == null ? other.outboundAddr6 : outboundAddr6,
                disableDns == null ? other.disableDns : disableDns,
                macAddress == null ? other.macAddress : macAddress,
                interfaceName == null ? other.interfaceName : interfaceName);
    }
}
