package dev.rootlessnetwork.network;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Options of a network with every default applied.
 *
 * @param cidr the network that slirp4netns emulates; null: its default, 10.0.2.0/24
 * @param mtu of the tap in bytes, 68–65521, at least 1280 with IPv6
 * @param allowHostLoopback whether the gateway leads to the host's 127.0.0.1
 * @param outboundAddr source of outgoing IPv4 TCP connections: an address or an interface's name; null: the kernel's choice
 * @param outboundAddr6 the same for IPv6; only with {@code enableIpv6}
 * @param macAddress of the tap, {@code 52:54:00:12:34:56}; null: a random one
 * @param interfaceName of the tap in the target, 1–15 bytes
 */
public record NetworkOptions(
        @Nullable Ipv4Cidr cidr,
        int mtu,
        boolean enableIpv6,
        boolean allowHostLoopback,
        PortHandlerKind portHandler,
        @Nullable String outboundAddr,
        @Nullable String outboundAddr6,
        boolean disableDns,
        @Nullable String macAddress,
        String interfaceName) {

    /**
     * What an object's options come to: the object's before the agent's defaults before Podman's, then everything judged
     * that slirp4netns or the kernel would refuse later.
     *
     * @param interfaceExists whether the host has an interface of that name
     */
    public static ResolvedOptions resolve(OptionSet spec, OptionSet agentDefaults, Predicate<String> interfaceExists) {
        return ResolvedOptions.of(spec, agentDefaults, interfaceExists);
    }

    /** The network in force: the configured one, or slirp4netns's default. */
    public Ipv4Cidr network() {
        return cidr == null ? Ipv4Cidr.DEFAULT : cidr;
    }

    /** The same options with another port handler. */
    public NetworkOptions withPortHandler(PortHandlerKind newPortHandler) {
        return new NetworkOptions(
                cidr,
                mtu,
                enableIpv6,
                allowHostLoopback,
                newPortHandler,
                outboundAddr,
                outboundAddr6,
                disableDns,
                macAddress,
                interfaceName);
    }
}
