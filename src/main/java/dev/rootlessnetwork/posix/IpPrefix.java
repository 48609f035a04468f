package dev.rootlessnetwork.posix;

import java.net.InetAddress;

/**
 * Addresses that begin alike; also an address together with the network that it is in.
 *
 * @param length in bits, 0–32 or 0–128
 */
public record IpPrefix(InetAddress address, int length) {
    public IpPrefix {
        int longest = IpFamily.of(address).bits();
        if (length < 0 || length > longest) {
            throw new IllegalArgumentException("prefix length out of range 0 to " + longest + ": " + length);
        }
    }

    /** All addresses of a family, the destination of a default route. */
    public static IpPrefix all(IpFamily family) {
        return new IpPrefix(family.any(), 0);
    }

    /** One address alone. */
    public static IpPrefix host(InetAddress address) {
        return new IpPrefix(address, IpFamily.of(address).bits());
    }

    /** The bytes of the last address. */
    byte[] last() {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] |= (byte) (0x80 >>> (bit % Byte.SIZE));
        }
        return bytes;
    }

    public IpFamily family() {
        return IpFamily.of(address);
    }

    /** {@code 10.0.2.100/24}. */
    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
