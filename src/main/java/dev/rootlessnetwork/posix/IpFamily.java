package dev.rootlessnetwork.posix;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The two versions of the Internet protocol, each with routes and rules of its own. */
public enum IpFamily {
    IPV4(2, 4),
    IPV6(10, 16);

    private final byte number;
    private final int addressSize;

    IpFamily(int number, int addressSize) {
        this.number = (byte) number;
        this.addressSize = addressSize;
    }

    public static IpFamily of(InetAddress address) {
        return address instanceof Inet4Address ? IPV4 : IPV6;
    }

    /** AF_INET or AF_INET6. */
    byte number() {
        return number;
    }

    /** The length of a host's prefix. */
    int bits() {
        return addressSize * Byte.SIZE;
    }

    /** The address that stands for all of them, {@code 0.0.0.0} or {@code ::}. */
    InetAddress any() {
        try {
            return InetAddress.getByAddress(new byte[addressSize]);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the size of " + this + " is not " + addressSize, e);
        }
    }
}
