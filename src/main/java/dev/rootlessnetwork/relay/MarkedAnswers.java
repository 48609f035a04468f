package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.IpFamily;
import dev.rootlessnetwork.posix.IpPrefix;
import dev.rootlessnetwork.posix.PolicyRule;
import dev.rootlessnetwork.posix.Route;
import dev.rootlessnetwork.posix.RouteNetlink;
import dev.rootlessnetwork.posix.Sysctl;
import java.io.IOException;
import java.util.List;

/**
 * Leads what a guest answers to marked packets back to the sockets of the relay in it, for one family: connections that servers accept
 * take the mark of their client's over, and so do resets and ICMP errors. What the guest sends of its own has no mark.
 *
 * <p>All of it is in the kernel, where it outlives the relay. The rule's priority tells which switches were off before, so that
 * whoever removes it can restore them. Used by threads in the guest's namespace.
 */
record MarkedAnswers(IpFamily family, RouteNetlink netlink) {
    /** "rl" in ASCII, and room for the tables of UDP ports. */
    static final int TABLE = 0x726c << Short.SIZE;

    /** Before those that ip(8) adds unless told otherwise. Behind it there is room for a bit for each switch. */
    static final int PRIORITY = 0x7260;

    private List<String> switches() {
        return family == IpFamily.IPV4
                ? List.of("net/ipv4/tcp_fwmark_accept", "net/ipv4/fwmark_reflect")
                : List.of("net/ipv6/fwmark_reflect"); // that of TCP is for both families
    }

    /** Begins, or goes on with what a predecessor has left. */
    void lead() throws IOException {
        List<PolicyRule> found = netlink.rules(family, TABLE);
        if (found.isEmpty()) {
            // The rule comes first: were this process killed now, another one would know what to restore.
            netlink.add(PolicyRule.forMark(family, SourceRouting.MARK_NUMBER, TABLE, PRIORITY + switchesThatAreOff()));
        }
        netlink.add(new Route(IpPrefix.all(family), null, netlink.loopbackIndex(), true, TABLE, null));
        for (String name : switches()) {
            Sysctl.write(name, "1");
        }
    }

    private int switchesThatAreOff() throws IOException {
        int off = 0;
        for (int i = 0; i < switches().size(); i++) {
            if (Sysctl.read(switches().get(i)).equals("0")) {
                off |= 1 << i;
            }
        }
        return off;
    }

    /** Removes everything, whoever has made it. */
    void forget() throws IOException {
        for (PolicyRule rule : netlink.rules(family, TABLE)) {
            int off = rule.priority() - PRIORITY;
            for (int i = 0; i < switches().size(); i++) {
                if ((off & 1 << i) != 0) {
                    Sysctl.write(switches().get(i), "0");
                }
            }
        }
        netlink.flushRules(family, TABLE, TABLE);
        netlink.flushRoutes(family, TABLE, TABLE);
    }
}
