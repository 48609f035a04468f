package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.SocketAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a guest that a server may listen on, in the order in which they are tried: those of the client's own family first, at
 * which the server can see the client's address.
 *
 * @param forIpv4 for clients of IPv4; the ports mean nothing
 * @param forIpv6 for clients of IPv6
 */
record Candidates(List<SocketAddress> forIpv4, List<SocketAddress> forIpv6) {
    private static final SocketAddress LOOPBACK4 = SocketAddress.of(loopback(new byte[] {127, 0, 0, 1}), 0);
    private static final SocketAddress LOOPBACK6 =
            SocketAddress.of(loopback(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 0);

    private static InetAddress loopback(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** Of a server anywhere in the guest: at its own address, or at its loopback. */
    static Candidates anywhere(Inet4Address guest, @Nullable Inet6Address guest6) {
        List<SocketAddress> ipv4 = List.of(SocketAddress.of(guest, 0), LOOPBACK4);
        List<SocketAddress> ipv6 =
                guest6 == null ? List.of(LOOPBACK6) : List.of(SocketAddress.of(guest6, 0), LOOPBACK6);
        return new Candidates(concat(ipv4, ipv6), guest6 == null ? concat(ipv4, ipv6) : concat(ipv6, ipv4));
    }

    /** Of a server at one address. */
    static Candidates at(InetAddress address) {
        List<SocketAddress> one = List.of(SocketAddress.of(address, 0));
        return new Candidates(one, one);
    }

    private static List<SocketAddress> concat(List<SocketAddress> first, List<SocketAddress> second) {
        List<SocketAddress> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    /** For a client of a family. */
    List<SocketAddress> of(boolean ipv4) {
        return ipv4 ? forIpv4 : forIpv6;
    }
}
