package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network as slirp4netns takes it (slirp4netns(1), {@code --cidr}).
 *
 * @param network its first address
 * @param prefixLength 1–25, since the guest's address is the network's plus 100
 */
public record Ipv4Cidr(Inet4Address network, int prefixLength) {
    /** slirp4netns's own default, 10.0.2.0/24. */
    public static final Ipv4Cidr DEFAULT = new Ipv4Cidr((Inet4Address) InetAddresses.forString("10.0.2.0"), 24);

    private static final Pattern FORM = Pattern.compile("([0-9.]+)/0*([0-9]{1,2})");
    private static final int LONGEST_PREFIX = 25;
    private static final int GATEWAY_OFFSET = 2;
    private static final int DNS_OFFSET = 3;
    private static final int GUEST_OFFSET = 100;

    public Ipv4Cidr {
        if (prefixLength < 1 || prefixLength > LONGEST_PREFIX) {
            throw new IllegalArgumentException(
                    "prefix length needs to be 1-" + LONGEST_PREFIX + ", not " + prefixLength);
        }
        int hostBits = InetAddresses.coerceToInteger(network) & (-1 >>> prefixLength);
        if (hostBits != 0) {
            throw new IllegalArgumentException(
                    "CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24");
        }
    }

    /**
     * Reads a network as users write it.
     *
     * @throws IllegalArgumentException if slirp4netns would refuse it; the message says why, in its words where it has some
     */
    public static Ipv4Cidr parse(String text) {
        Matcher matcher = FORM.matcher(text);
        Inet4Address address =
                matcher.matches() ? IpLiteral.parseIpv4(matcher.group(1)).orElse(null) : null;
        if (address == null) {
            throw new IllegalArgumentException(
                    "CIDR needs to be an IPv4 network like 10.0.2.0/24, not " + GoQuote.quote(text));
        }
        return new Ipv4Cidr(address, Integer.parseInt(matcher.group(2)));
    }

    public Inet4Address gateway() {
        return at(GATEWAY_OFFSET);
    }

    public Inet4Address dns() {
        return at(DNS_OFFSET);
    }

    /** The address that the target gets. */
    public Inet4Address guest() {
        return at(GUEST_OFFSET);
    }

    private Inet4Address at(int offset) {
        return InetAddresses.fromInteger(InetAddresses.coerceToInteger(network) + offset);
    }

    @Override
    public String toString() {
        return InetAddresses.toAddrString(network) + "/" + prefixLength;
    }
}
