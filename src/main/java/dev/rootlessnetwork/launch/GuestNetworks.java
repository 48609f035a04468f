package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What slirp4netns gives a target, by the addresses that its manual page fixes. */
final class GuestNetworks {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final String GATEWAY6 = "fd00::2";
    private static final String DNS6 = "fd00::3";

    private GuestNetworks() {}

    /** @param address6 the tap's IPv6 address with prefix length, null while it has none */
    static GuestNetwork of(NetworkOptions options, @Nullable String address6) {
        return of(options, address6, readResolvConf());
    }

    static GuestNetwork of(NetworkOptions options, @Nullable String address6, List<String> resolvConf) {
        Ipv4Cidr network = options.network();
        boolean dns = !options.disableDns() && names(resolvConf, true);
        boolean dns6 = !options.disableDns() && options.enableIpv6() && names(resolvConf, false);
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

    /** Whether resolv.conf(5) names a server of a family: slirp4netns answers only then. */
    private static boolean names(List<String> resolvConf, boolean ipv4) {
        return resolvConf.stream()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(word -> word.length > 1 && word[0].equals("nameserver"))
                .map(word -> word[1].replaceFirst("%.*", ""))
                .filter(InetAddresses::isInetAddress)
                .map(InetAddresses::forString)
                .anyMatch(address -> isIpv4(address) == ipv4);
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    private static List<String> readResolvConf() {
        try {
            return Files.readAllLines(RESOLV_CONF);
        } catch (IOException e) {
            return List.of();
        }
    }
}
