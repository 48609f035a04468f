package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.MacAddress;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.posix.IpPrefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a tap is to have inside a target, such that it equals what slirp4netns's {@code -c} makes of it: IPv4 address and
 * default route, and, with IPv6, what the kernel makes of slirp4netns's router advertisements.
 */
final class TapNetwork {
    /** By which slirp4netns advertises itself. */
    static final InetAddress ROUTER6 = InetAddresses.forString("fe80::2");

    private static final IpPrefix LINK_LOCAL = new IpPrefix(InetAddresses.forString("fe80::"), 64);
    /** Of slirp4netns, which takes no other. */
    private static final IpPrefix NETWORK6 = new IpPrefix(InetAddresses.forString("fd00::"), 64);

    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final int MAC_SIZE = 6;
    private static final int NETWORK_SIZE = 8;

    private TapNetwork() {}

    static IpPrefix address(NetworkOptions options) {
        return new IpPrefix(options.network().guest(), options.network().prefixLength());
    }

    /** The link-local address and that of slirp4netns's network, as autoconfiguration makes them of a MAC address. */
    static List<IpPrefix> addresses6(MacAddress macAddress) {
        byte[] mac = MAC.parseHex(macAddress.text());
        return List.of(autoconfigured(LINK_LOCAL, mac), autoconfigured(NETWORK6, mac));
    }

    /** RFC 4291, appendix A: the MAC address around fffe, with the bit inverted that tells universal from local ones. */
    private static IpPrefix autoconfigured(IpPrefix network, byte[] mac) {
        byte[] address = network.address().getAddress();
        System.arraycopy(mac, 0, address, NETWORK_SIZE, 3);
        address[NETWORK_SIZE] ^= 0x02;
        address[NETWORK_SIZE + 3] = (byte) 0xff;
        address[NETWORK_SIZE + 4] = (byte) 0xfe;
        System.arraycopy(mac, 3, address, NETWORK_SIZE + 5, 3);
        try {
            return new IpPrefix(InetAddress.getByAddress(address), network.length());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }

    /** Whether it is an address that {@link #addresses6} could have given the tap, by this MAC address or another. */
    static boolean isOfOurs(IpPrefix address) {
        return isIn(NETWORK6, address) || isIn(LINK_LOCAL, address);
    }

    /** Whether it is an address in slirp4netns's network. */
    static boolean isInNetwork6(IpPrefix address) {
        return isIn(NETWORK6, address);
    }

    private static boolean isIn(IpPrefix network, IpPrefix address) {
        return address.family() == network.family()
                && Arrays.equals(
                        network.address().getAddress(),
                        0,
                        NETWORK_SIZE,
                        address.address().getAddress(),
                        0,
                        NETWORK_SIZE);
    }

    /** A MAC address as the kernel chooses them for a tap: locally administered, of one interface. */
    static MacAddress randomMacAddress(RandomGenerator random) {
        byte[] mac = new byte[MAC_SIZE];
        random.nextBytes(mac);
        mac[0] = (byte) ((mac[0] & 0xfc) | 0x02);
        return new MacAddress(MAC.formatHex(mac));
    }
}
