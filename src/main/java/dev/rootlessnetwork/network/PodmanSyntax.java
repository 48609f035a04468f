package dev.rootlessnetwork.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Podman takes as the value of each of its slirp4netns options, and its words for the rest. Podman's judgement alone:
 * {@link OptionRules} adds what slirp4netns and the kernel refuse.
 */
final class PodmanSyntax {
    static final String OUTBOUND_ADDR6_WITHOUT_IPV6 = "enable_ipv6=true is required for outbound_addr6";

    private static final Pattern CIDR = Pattern.compile("([^/]*)/0*([0-9]{1,3})");
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");
    private static final int SMALLEST_MTU = 68;
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private PodmanSyntax() {}

    /** As Go's net.ParseCIDR, then To4: host bits may be set, any prefix length will do. */
    static Optional<String> cidr(String value) {
        Matcher matcher = CIDR.matcher(value);
        if (matcher.matches() && IpLiteral.parseIpv4(matcher.group(1)).isPresent()) {
            int bits = matcher.group(1).indexOf(':') < 0 ? IPV4_BITS : IPV6_BITS;
            if (Integer.parseInt(matcher.group(2)) <= bits) {
                return Optional.empty();
            }
        }
        return Optional.of("invalid cidr " + GoQuote.quote(value));
    }

    static Optional<String> portHandler(String value) {
        return PortHandlerKind.of(value).isPresent()
                ? Optional.empty()
                : Optional.of("unknown port_handler for slirp4netns: " + GoQuote.quote(value));
    }

    static Optional<String> outboundAddr(String value, Predicate<String> interfaceExists) {
        return IpLiteral.parseIpv4(value).isPresent() || interfaceExists.test(value)
                ? Optional.empty()
                : Optional.of("invalid outbound_addr " + GoQuote.quote(value));
    }

    static Optional<String> outboundAddr6(String value, Predicate<String> interfaceExists) {
        Optional<InetAddress> ipv6 = IpLiteral.parse(value).filter(address -> !(address instanceof Inet4Address));
        return ipv6.isPresent() || interfaceExists.test(value)
                ? Optional.empty()
                : Optional.of("invalid outbound_addr6: " + GoQuote.quote(value));
    }

    static Optional<String> mtu(String value) {
        Long mtu = atoi(value);
        return mtu != null && mtu >= SMALLEST_MTU
                ? Optional.empty()
                : Optional.of("invalid mtu " + GoQuote.quote(value));
    }

    /** Go's strconv.Atoi on 64 bits: a sign and decimal digits, nothing else; null where it fails. */
    static @Nullable Long atoi(String text) {
        if (!INTEGER.matcher(text).matches()) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null; // out of range
        }
    }
}
