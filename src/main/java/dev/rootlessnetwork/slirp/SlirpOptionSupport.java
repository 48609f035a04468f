package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;

/** Holds options against what an installed slirp4netns can do. A security flag is never left out in silence. */
public final class SlirpOptionSupport {
    private SlirpOptionSupport() {}

    /** @throws UnsupportedOptionException for the first flag that is needed and not there */
    public static void check(SlirpBinary binary, NetworkOptions options) throws UnsupportedOptionException {
        require(
                binary,
                !options.allowHostLoopback(),
                Flag.DISABLE_HOST_LOOPBACK,
                "allow_host_loopback=false not supported",
                "set options.allowHostLoopback");
        require(
                binary,
                !SlirpCommand.isDefaultMtu(options.mtu()),
                Flag.MTU,
                "mtu not supported",
                "set options.mtu to 1500");
        require(binary, true, Flag.ENABLE_SECCOMP, "seccomp not supported", "");
        require(binary, options.cidr() != null, Flag.CIDR, "cidr not supported", "leave options.cidr out");
        require(
                binary,
                options.enableIpv6(),
                Flag.ENABLE_IPV6,
                "enable_ipv6 not supported",
                "leave options.enableIPv6 out");
        require(
                binary,
                options.outboundAddr() != null,
                Flag.OUTBOUND_ADDR,
                "outbound_addr not supported",
                "leave options.outboundAddr out");
        require(
                binary,
                options.outboundAddr6() != null,
                Flag.OUTBOUND_ADDR,
                "outbound_addr6 not supported",
                "leave options.outboundAddr6 out");
        require(
                binary,
                options.disableDns(),
                Flag.DISABLE_DNS,
                "disableDNS not supported",
                "leave options.disableDNS out");
        require(
                binary,
                options.macAddress() != null,
                Flag.MACADDRESS,
                "macAddress not supported",
                "leave options.macAddress out");
        require(binary, true, Flag.API_SOCKET, "ports not supported", "");
    }

    private static void require(SlirpBinary binary, boolean needed, Flag flag, String what, String otherwise)
            throws UnsupportedOptionException {
        if (needed && !binary.features().has(flag)) {
            throw unsupported(binary, flag, what, otherwise);
        }
    }

    static UnsupportedOptionException unsupported(SlirpBinary binary, Flag flag, String what, String otherwise) {
        return new UnsupportedOptionException(
                what + ": " + binary.path() + " (version " + binary.version() + ") lacks " + flag.text()
                        + ", which version " + flag.since() + " brought: install that or a later one"
                        + (otherwise.isEmpty() ? "" : ", or " + otherwise));
    }
}
