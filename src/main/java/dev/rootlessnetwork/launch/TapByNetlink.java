package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.MacAddress;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.posix.AdvertisedRoute;
import dev.rootlessnetwork.posix.InterfaceAddress;
import dev.rootlessnetwork.posix.IpFamily;
import dev.rootlessnetwork.posix.IpPrefix;
import dev.rootlessnetwork.posix.Link;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Route;
import dev.rootlessnetwork.posix.RouteNetlink;
import dev.rootlessnetwork.posix.Tap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tap what the options want it to be, whatever of it is there already; what need not change is not touched, so that
 * connections by its addresses live on. To be used by a thread in the target's network namespace.
 */
final class TapByNetlink {
    private static final Logger LOG = LoggerFactory.getLogger(TapByNetlink.class);

    private final RouteNetlink netlink;
    private final NetworkOptions options;
    private final int index;

    private TapByNetlink(RouteNetlink netlink, NetworkOptions options, int index) {
        this.netlink = netlink;
        this.options = options;
        this.index = index;
    }

    /** Makes it, or takes the one that is there and to which nobody is attached, and switches lo on. */
    static void make(NetworkOptions options) throws PosixException {
        Tap.createPersistent(options.interfaceName());
        try (RouteNetlink netlink = RouteNetlink.open()) {
            netlink.setUp(netlink.loopbackIndex());
            Link link = netlink.link(options.interfaceName())
                    .orElseThrow(() -> new IllegalStateException("a tap is there once it is made"));
            new TapByNetlink(netlink, options, link.index()).configure(link);
        }
    }

    private void configure(Link link) throws PosixException {
        String wantedMac = options.macAddress();
        String mac = wantedMac == null ? link.macAddress() : wantedMac;
        if (!mac.equals(link.macAddress())) {
            netlink.setMacAddress(index, mac);
        }
        if (link.mtu() != options.mtu()) {
            netlink.setMtu(index, options.mtu());
        }
        boolean ipv6 = options.enableIpv6() && hasIpv6(() -> netlink.generateNoAddresses(index));
        if (!link.up()) {
            netlink.setUpWithoutMulticast(index); // as slirp4netns does it
        }
        List<InterfaceAddress> present = netlink.addresses(index);
        setAddress(present);
        setRoute();
        if (ipv6) {
            hasIpv6(() -> setIpv6(present, TapNetwork.addresses6(new MacAddress(mac))));
        } else {
            removeIpv6(present);
        }
    }

    /** What others have added to the tap stays, unless the network is another now. */
    private void setAddress(List<InterfaceAddress> present) throws PosixException {
        InterfaceAddress wanted = new InterfaceAddress(index, TapNetwork.address(options), false);
        if (!netlink.add(wanted)) {
            return;
        }
        for (InterfaceAddress address : present) {
            if (address.address().family() == IpFamily.IPV4) {
                netlink.remove(address);
            }
        }
    }

    private void setRoute() throws PosixException {
        Route wanted = Route.defaultVia(options.network().gateway(), index);
        List<Route> present = netlink.defaultRoutes(IpFamily.IPV4, index);
        if (present.contains(wanted)) {
            return;
        }
        for (Route route : present) {
            netlink.remove(route);
        }
        netlink.add(wanted);
    }

    /** Addresses that are there at once, in place of those that the kernel would first have to ask the link about. */
    private void setIpv6(List<InterfaceAddress> present, List<IpPrefix> wantedAddresses) throws PosixException {
        List<InterfaceAddress> wanted = wantedAddresses.stream()
                .map(address -> new InterfaceAddress(index, address, true))
                .toList();
        for (InterfaceAddress address : present) {
            if (TapNetwork.isOfOurs(address.address()) && !wanted.contains(address)) {
                netlink.remove(address);
            }
        }
        for (InterfaceAddress address : wanted) {
            netlink.add(address);
        }
        AdvertisedRoute.add(TapNetwork.ROUTER6, index);
    }

    private void removeIpv6(List<InterfaceAddress> present) throws PosixException {
        for (InterfaceAddress address : present) {
            if (TapNetwork.isInNetwork6(address.address())) {
                netlink.remove(address);
                for (Route route : netlink.defaultRoutes(IpFamily.IPV6, index)) {
                    netlink.remove(route);
                }
            }
        }
    }

    /** Whether the target lets us: where it has IPv6 switched off it goes without, as with slirp4netns's own tap. */
    private boolean hasIpv6(Act act) throws PosixException {
        try {
            act.run();
            return true;
        } catch (PosixException e) {
            if (e.is("EACCES") || e.is("EAFNOSUPPORT") || e.is("EOPNOTSUPP")) {
                LOG.warn(
                        "The target has no IPv6; set net.ipv6.conf.all.disable_ipv6 to 0 there interface={} error={}",
                        options.interfaceName(),
                        e.getMessage());
                return false;
            }
            throw e;
        }
    }

    /** What is asked of the kernel. */
    private interface Act {
        void run() throws PosixException;
    }
}
