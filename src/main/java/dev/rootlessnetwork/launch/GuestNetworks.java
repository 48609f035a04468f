package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What slirp4netns gives a target, by the addresses that its manual page fixes. */
final class GuestNetworks {
    private static final String GATEWAY6 = "fd00::2";
    private static final String DNS6 = "fd00::3";

    private GuestNetworks() {}

    /** @param address6 the tap's IPv6 address with prefix length, null while it has none */
    static GuestNetwork of(NetworkOptions options, @Nullable String address6) {
        return of(options, address6, NameServers.read());
    }

    static GuestNetwork of(NetworkOptions options, @Nullable String address6, List<String> nameServers) {
        Ipv4Cidr network = options.network();
        boolean dns = !options.disableDns() && names(nameServers, true);
        boolean dns6 = !options.disableDns() && options.enableIpv6() && names(nameServers, false);
        return new GuestNetwork(
                options.interfaceName(),
                options.mtu(),
                InetAddresses.toAddrString(network.guest()) + "/" + network.prefixLength(),
                InetAddresses.toAddrString(network.gateway()),
                dns ? InetAddresses.toAddrString(network.dns()) : null,
                address6,
                options.enableIpv6() ? GATEWAY6 : null,
                dns6 ? DNS6 : null);
    }

    /** Whether there is a name server of a family: slirp4netns answers only then. */
    private static boolean names(List<String> nameServers, boolean ipv4) {
        return nameServers.stream()
                .map(server -> server.replaceFirst("%.*", ""))
                .filter(InetAddresses::isInetAddress)
                .map(InetAddresses::forString)
                .anyMatch(address -> isIpv4(address) == ipv4);
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
