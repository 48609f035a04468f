package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.IpFamily;
import dev.rootlessnetwork.posix.IpPrefix;
import dev.rootlessnetwork.posix.PolicyRule;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Route;
import dev.rootlessnetwork.posix.RouteNetlink;
import dev.rootlessnetwork.posix.SocketAddress;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Leads what UDP servers of a guest answer back to the sockets of the relay in it. An answer has no mark, only its source port: each port
 * with flows has a rule, that leads to a table of its own, and there each client with flows has a route. Whatever else the guest sends
 * from that port, to others, goes its usual way. The last flow of each takes it away. Thread-safe; each call takes some 20 µs where
 * it changes anything.
 */
final class ReturnRoutes {
    /** The table of port 1 follows the one of marks. */
    private static final int TABLE = MarkedAnswers.TABLE;

    static final int LAST_TABLE = TABLE + 0xffff;
    private static final int PRIORITY = MarkedAnswers.PRIORITY + 0x10;

    private final RouteNetlink netlink;
    private final int loopback;
    private final Function<IpFamily, InetAddress> guestAddress;
    private final Map<PolicyRule, Integer> rules = new HashMap<>();
    private final Map<Target, Integer> routes = new HashMap<>();
    private final Set<Claim> claims = new HashSet<>();

    /** Where answers of a port are led. */
    private record Target(InetAddress client, int port) {}

    /**
     * The right of a flow to its client's address.
     *
     * @param clientPort 0 where another flow of this client has its port already
     * @param port of the server
     */
    record Claim(InetAddress client, int clientPort, int port) {}

    /** @param guestAddress from which the guest's servers answer unless they choose one */
    ReturnRoutes(RouteNetlink netlink, Function<IpFamily, InetAddress> guestAddress) throws PosixException {
        this.netlink = netlink;
        this.loopback = netlink.loopbackIndex();
        this.guestAddress = guestAddress;
    }

    synchronized Claim claim(SocketAddress client, int port) throws PosixException {
        Claim claim = new Claim(client.address(), client.port(), port);
        PolicyRule rule = rule(claim);
        if (!rules.containsKey(rule)) {
            netlink.add(rule);
        }
        Target target = new Target(claim.client(), port);
        if (!routes.containsKey(target)) {
            try {
                netlink.add(route(target));
            } catch (PosixException e) {
                if (!rules.containsKey(rule)) {
                    netlink.remove(rule);
                }
                throw e;
            }
        }
        rules.merge(rule, 1, Integer::sum);
        routes.merge(target, 1, Integer::sum);
        return claims.add(claim) ? claim : new Claim(claim.client(), 0, port);
    }

    synchronized void release(Claim claim) throws PosixException {
        claims.remove(claim);
        Target target = new Target(claim.client(), claim.port());
        if (isLast(routes, target)) {
            netlink.remove(route(target));
        }
        PolicyRule rule = rule(claim);
        if (isLast(rules, rule)) {
            netlink.remove(rule);
        }
    }

    private static <T> boolean isLast(Map<T, Integer> counts, T one) {
        return counts.computeIfPresent(one, (key, count) -> count == 1 ? null : count - 1) == null;
    }

    private static PolicyRule rule(Claim claim) {
        return PolicyRule.forUdpSourcePort(IpFamily.of(claim.client()), claim.port(), TABLE + claim.port(), PRIORITY);
    }

    private Route route(Target target) {
        InetAddress source = guestAddress.apply(IpFamily.of(target.client()));
        return Route.toLocal(IpPrefix.host(target.client()), loopback, TABLE + target.port(), source);
    }
}
