package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/** IP addresses as digits, never names. Accepts what Go's {@code net.ParseIP} accepts, which Podman reads addresses with. */
public final class IpLiteral {
    private static final int FIRST_NON_ASCII = 0x80;
    private static final char ZONE = '%';

    private IpLiteral() {}

    /**
     * The address, empty if the text is none. Zones ({@code fe80::1%eth0}), octets with leading zeros and digits of other
     * scripts are none; an IPv4 address mapped into IPv6 ({@code ::ffff:192.0.2.1}) is the IPv4 address.
     */
    public static Optional<InetAddress> parse(String text) {
        boolean candidate = text.chars().allMatch(c -> c < FIRST_NON_ASCII) && text.indexOf(ZONE) < 0;
        return candidate && InetAddresses.isInetAddress(text)
                ? Optional.of(InetAddresses.forString(text))
                : Optional.empty();
    }

    /** The address if it is one of IPv4, else empty. */
    public static Optional<Inet4Address> parseIpv4(String text) {
        return parse(text).filter(Inet4Address.class::isInstance).map(Inet4Address.class::cast);
    }

    /** The address in its canonical spelling, without brackets. */
    public static String text(InetAddress address) {
        return InetAddresses.toAddrString(address);
    }
}
