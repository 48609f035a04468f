package dev.rootlessnetwork.launch;

import org.jspecify.annotations.Nullable;

/**
 * The network as the target sees it.
 *
 * @param mtu in bytes
 * @param address with prefix length, such as {@code 10.0.2.100/24}
 * @param dns null where the built-in resolver does not answer: it is off, or the host's resolv.conf names no IPv4 server
 * @param address6 with prefix length; null without IPv6
 * @param dns6 null where it does not answer, as {@code dns}
 */
public record GuestNetwork(
        String interfaceName,
        int mtu,
        String address,
        String gateway,
        @Nullable String dns,
        @Nullable String address6,
        @Nullable String gateway6,
        @Nullable String dns6) {}
