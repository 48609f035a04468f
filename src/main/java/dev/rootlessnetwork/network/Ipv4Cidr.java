package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;

/**
 * An IPv4 network as slirp4netns takes it.
 *
 * @param network its first address
 * @param prefixLength 1–25, since the guest's address is the network's plus 100
 */
public record Ipv4Cidr(Inet4Address network, int prefixLength) {
    /** slirp4netns's own default, 10.0.2.0/24. */
    public static final Ipv4Cidr DEFAULT = new Ipv4Cidr((Inet4Address) InetAddresses.forString("10.0.2.0"), 24);

    private static final int GATEWAY_OFFSET = 2;
    private static final int DNS_OFFSET = 3;
    private static final int GUEST_OFFSET = 100;

    /** @throws IllegalArgumentException if the text is not as {@link #toString} writes it */
    public static Ipv4Cidr parse(String text) {
        int slash = text.indexOf('/');
        return new Ipv4Cidr(
                (Inet4Address) InetAddresses.forString(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
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
