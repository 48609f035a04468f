package dev.rootlessnetwork.posix;

import java.util.List;
import java.util.Optional;

/**
 * The links, addresses, routes and rules of a network namespace, by rtnetlink(7): of the one that the thread was in which
 * opened this, whatever thread uses it then. Safe for use by several threads; nothing here blocks for long.
 *
 * <p>What adds says whether it was new, what removes whether it was there, so that both may be repeated. Every method can
 * fail with EPERM where CAP_NET_ADMIN is missing in the user namespace that owns the network namespace; only looking needs
 * no right.
 */
public final class RouteNetlink implements AutoCloseable {
    private final NetlinkSocket socket;

    private RouteNetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Of the calling thread's network namespace, which this keeps alive. */
    public static RouteNetlink open() throws PosixException {
        return new RouteNetlink(NetlinkSocket.open());
    }

    /** An interface; empty if there is none of that name. */
    public Optional<Link> link(String name) throws PosixException {
        try {
            return socket.request(Link.get(name), "look for interface " + name).stream()
                    .findFirst()
                    .map(Link::parse);
        } catch (PosixException e) {
            if (e.errno() == LibC.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The index of lo, which every namespace has. */
    public int loopbackIndex() throws PosixException {
        return link("lo").map(Link::index).orElseThrow(() -> new PosixException("look for lo", LibC.ENODEV));
    }

    /** Switches an interface on. */
    public void setUp(int index) throws PosixException {
        socket.request(Link.switchOn(index), "switch interface " + index + " on");
    }

    /** Switches an interface on, as one that says of itself that it cannot multicast. */
    public void setUpWithoutMulticast(int index) throws PosixException {
        socket.request(Link.switchOnWithoutMulticast(index), "switch interface " + index + " on");
    }

    /** @param mtu in bytes; EINVAL outside of what the interface's kind can have */
    public void setMtu(int index, int mtu) throws PosixException {
        socket.request(Link.setMtu(index, mtu), "set the MTU of interface " + index + " to " + mtu);
    }

    /** @param macAddress six octets in hexadecimal with colons; EADDRNOTAVAIL for none that an interface can have */
    public void setMacAddress(int index, String macAddress) throws PosixException {
        socket.request(
                Link.setMacAddress(index, macAddress),
                "set the MAC address of interface " + index + " to " + macAddress);
    }

    /** Makes the kernel give an interface no IPv6 address of its own making. To be called before it is switched on. */
    public void generateNoAddresses(int index) throws PosixException {
        socket.request(Link.generateNoAddresses(index), "turn address generation off on interface " + index);
    }

    /** The addresses of an interface, of both families. */
    public List<InterfaceAddress> addresses(int index) throws PosixException {
        return socket.dump(InterfaceAddress.dump(), "list the addresses of interface " + index).stream()
                .flatMap(reply -> InterfaceAddress.parse(reply).stream())
                .filter(address -> address.interfaceIndex() == index)
                .toList();
    }

    /** @return false if the interface had it already, with whatever flags */
    public boolean add(InterfaceAddress address) throws PosixException {
        int flags = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;
        return added(
                address.message(InterfaceAddress.RTM_NEWADDR, flags),
                "add address " + address.address() + " to interface " + address.interfaceIndex());
    }

    /** @return false if the interface did not have it */
    public boolean remove(InterfaceAddress address) throws PosixException {
        return removed(
                address.message(InterfaceAddress.RTM_DELADDR, 0),
                "remove address " + address.address() + " from interface " + address.interfaceIndex());
    }

    /**
     * Adds a route.
     *
     * @return false if its table has one to the same destination already, be it another way
     */
    public boolean add(Route route) throws PosixException {
        return added(route.addition(), "add route " + route);
    }

    /** @return false if there was none like it */
    public boolean remove(Route route) throws PosixException {
        return removed(route.removal(), "remove route " + route);
    }

    /** The default routes of the main table through an interface. */
    public List<Route> defaultRoutes(IpFamily family, int interfaceIndex) throws PosixException {
        return socket.dump(Route.dump(family), "list the " + family + " routes").stream()
                .flatMap(found -> Route.parseDefault(family, found).stream())
                .filter(route -> route.interfaceIndex() == interfaceIndex && route.table() == Route.MAIN_TABLE)
                .toList();
    }

    /** @return false if there was exactly the same already */
    public boolean add(PolicyRule rule) throws PosixException {
        return added(rule.addition(), "add rule " + rule);
    }

    /** @return false if there was none like it */
    public boolean remove(PolicyRule rule) throws PosixException {
        return removed(rule.removal(), "remove rule " + rule);
    }

    /** The rules that lead to a table, in the order in which the kernel looks at them. */
    public List<PolicyRule> rules(IpFamily family, int table) throws PosixException {
        return socket.dump(PolicyRule.dump(family), "list the " + family + " rules").stream()
                .map(reply -> PolicyRule.parse(family, reply))
                .filter(rule -> rule.table() == table)
                .toList();
    }

    /** Removes the routes of all tables of a range. */
    public void flushRoutes(IpFamily family, int firstTable, int lastTable) throws PosixException {
        for (NetlinkReply found : socket.dump(Route.dump(family), "list the " + family + " routes")) {
            int table = Route.table(found);
            if (table >= firstTable && table <= lastTable) {
                removed(Route.removal(found), "remove an " + family + " route of table " + table);
            }
        }
    }

    /** Removes the rules that lead to a table of a range, whatever else they ask for. */
    public void flushRules(IpFamily family, int firstTable, int lastTable) throws PosixException {
        for (NetlinkReply found : socket.dump(PolicyRule.dump(family), "list the " + family + " rules")) {
            int table = PolicyRule.parse(family, found).table();
            if (table >= firstTable && table <= lastTable) {
                removed(PolicyRule.removal(found), "remove an " + family + " rule that leads to table " + table);
            }
        }
    }

    private boolean added(NetlinkMessage request, String doing) throws PosixException {
        try {
            socket.request(request, doing);
            return true;
        } catch (PosixException e) {
            if (e.errno() == LibC.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    private boolean removed(NetlinkMessage request, String doing) throws PosixException {
        try {
            socket.request(request, doing);
            return true;
        } catch (PosixException e) {
            return switch (e.errno()) {
                case LibC.ESRCH, LibC.ENOENT, LibC.EADDRNOTAVAIL, LibC.ENODEV -> false;
                default -> throw e;
            };
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
