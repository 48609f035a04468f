package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.MacAddress;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.posix.IpPrefix;
import dev.rootlessnetwork.posix.Nsenter;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Makes and configures a tap in the name of an ordinary user: by one run of ip(8) inside the target. */
final class TapByNsenter {
    /** Names that mean nothing else in a file of commands for ip(8), which knows quotes and comments. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@+=-]+");

    private TapByNsenter() {}

    /** @throws IOException with the words of ip(8) or of nsenter(1) */
    static void make(Nsenter entrance, NetworkOptions options) throws IOException {
        if (!PLAIN.matcher(options.interfaceName()).matches()) {
            throw new IOException("ip(8) does not take the interface name " + options.interfaceName());
        }
        String given = options.macAddress();
        MacAddress mac = given == null ? TapNetwork.randomMacAddress(new SecureRandom()) : new MacAddress(given);
        entrance.ip(commands(options, mac));
    }

    /** The default route comes last: where it is, the rest is. */
    static List<String> commands(NetworkOptions options, MacAddress mac) {
        String dev = " dev " + options.interfaceName();
        List<String> commands = new ArrayList<>(List.of("link set dev lo up", "tuntap add mode tap" + dev));
        commands.add("link set" + dev + " address " + mac + " mtu " + options.mtu() + " multicast off");
        if (options.enableIpv6()) {
            commands.add("link set" + dev + " addrgenmode none");
        }
        commands.add("link set" + dev + " up");
        commands.add("address add " + TapNetwork.address(options) + " broadcast +" + dev);
        if (options.enableIpv6()) {
            for (IpPrefix address : TapNetwork.addresses6(mac)) {
                commands.add("address add " + address + " nodad" + dev);
            }
            // Behind the route that slirp4netns's advertisement makes: one of the same metric would keep the kernel
            // from it.
            commands.add(
                    "route add default via " + InetAddresses.toAddrString(TapNetwork.ROUTER6) + " metric 1025" + dev);
        }
        commands.add("route add default via "
                + InetAddresses.toAddrString(options.network().gateway()) + dev);
        return commands;
    }
}
