package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.IpFamily;
import dev.rootlessnetwork.posix.Link;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.NativeInt;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.RouteNetlink;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.TcpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the servers of a target see clients by their own addresses: the relay's sockets in there are bound to these, and rules of routing
 * in its namespace lead the answers back to them. Where that cannot be, or would be in the way of others, clients are served all the same,
 * from an address of the target. Thread-safe: {@link #keeps}, {@link #claim} and {@link #release} are for workers and do not wait;
 * the others enter the namespace on a thread of their own.
 */
final class SourceRouting implements AutoCloseable {
    /** "rln" in ASCII; shows in {@code ip rule} of a target. */
    static final int MARK_NUMBER = 0x726c6e;

    static final NativeInt MARK = new NativeInt(MARK_NUMBER);
    private static final Logger LOG = LoggerFactory.getLogger(SourceRouting.class);

    private final String network;
    private final Fd netns;
    private final String tap;
    private final Supplier<GuestAddresses> addresses;
    private boolean needed;
    private volatile boolean ipv4;
    private volatile boolean ipv6;
    private volatile boolean abandoned;
    private volatile @Nullable ReturnRoutes returns;
    private @Nullable RouteNetlink netlink;

    /**
     * @param network for people
     * @param tap the one interface, beside lo, that the target may have where clients of UDP are to be seen
     */
    SourceRouting(String network, Fd netns, String tap, Supplier<GuestAddresses> addresses) {
        this.network = network;
        this.netns = netns;
        this.tap = tap;
        this.addresses = addresses;
    }

    /** Whether servers see clients of a family by their own addresses. */
    boolean keeps(Protocol protocol, boolean ofIpv4) {
        return (ofIpv4 ? ipv4 : ipv6) && (protocol == Protocol.TCP || returns != null);
    }

    /** Removes what a relay that was killed has left in the namespace. To be called before there is a need. */
    synchronized void clean() {
        try {
            inNetns(() -> {
                try (RouteNetlink there = RouteNetlink.open()) {
                    removeAll(there);
                }
                return null;
            });
        } catch (IOException e) {
            LOG.debug("Cannot look for rules of an earlier relay network={} error={}", network, e.getMessage());
        }
    }

    /** Makes the rules, or removes them. */
    synchronized void need(boolean nowNeeded) {
        if (nowNeeded == needed || abandoned) {
            return;
        }
        needed = nowNeeded;
        try {
            if (nowNeeded) {
                inNetns(this::establish);
            } else {
                remove();
            }
        } catch (IOException e) {
            if (nowNeeded) {
                warnOfReplaced("clients", e);
            } else {
                LOG.warn("Rules of routing are left in the target network={} error={}", network, e.getMessage());
            }
        }
    }

    private void warnOfReplaced(String whose, IOException why) {
        LOG.warn(
                "Servers see {} by an address of the target, not by their own network={} why=\"{}\"",
                whose,
                network,
                why.getMessage());
    }

    private @Nullable Void establish() throws IOException {
        requireRights();
        RouteNetlink there = RouteNetlink.open();
        netlink = there;
        returns = returns(there);
        ipv4 = establish(IpFamily.IPV4, there, "clients of IPv4");
        ipv6 = addresses.get().ipv6() != null && establish(IpFamily.IPV6, there, "clients of IPv6");
        return null;
    }

    /** An answer by UDP can be told by its port only: clients may come by another interface, too, to the same one. */
    private @Nullable ReturnRoutes returns(RouteNetlink there) throws IOException {
        List<String> others = otherInterfaces();
        if (others.isEmpty()) {
            return new ReturnRoutes(there, this::guestAddress);
        }
        warnOfReplaced(
                "clients of UDP",
                new IOException("the target has other interfaces, which clients may come by too: " + others));
        return null;
    }

    private boolean establish(IpFamily family, RouteNetlink there, String whose) throws IOException {
        MarkedAnswers answers = new MarkedAnswers(family, there);
        try {
            answers.lead();
            return true;
        } catch (IOException e) {
            warnOfReplaced(whose, e);
            answers.forget();
            return false;
        }
    }

    private List<String> otherInterfaces() throws IOException {
        List<String> names = new ArrayList<>();
        try (RouteNetlink there = RouteNetlink.open()) {
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/dev"))) {
                int colon = line.indexOf(':');
                String name = colon < 0 ? "lo" : line.substring(0, colon).strip();
                if (!Set.of("lo", tap).contains(name)
                        && there.link(name).filter(Link::up).isPresent()) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static void requireRights() throws IOException {
        try (TcpSocket socket = new TcpSocket()) {
            int result = socket.openLocal(true);
            result = result < 0 ? result : socket.setTransparent(true);
            result = result < 0 ? result : socket.setMark(MARK);
            if (result < 0) {
                throw new IOException("a transparent socket is refused (" + Errno.name(result)
                        + "): that needs CAP_NET_ADMIN over the target's namespace");
            }
        }
    }

    private InetAddress guestAddress(IpFamily family) {
        GuestAddresses now = addresses.get();
        InetAddress address = family == IpFamily.IPV4 ? now.ipv4() : now.ipv6();
        return address == null ? now.ipv4() : address;
    }

    private static void removeAll(RouteNetlink netlink) throws IOException {
        for (IpFamily family : IpFamily.values()) {
            if (family == IpFamily.IPV6 && !Files.exists(Path.of("/proc/sys/net/ipv6"))) {
                continue; // the kernel was started without it
            }
            new MarkedAnswers(family, netlink).forget();
            netlink.flushRules(family, MarkedAnswers.TABLE, ReturnRoutes.LAST_TABLE);
            netlink.flushRoutes(family, MarkedAnswers.TABLE, ReturnRoutes.LAST_TABLE);
        }
    }

    private void remove() throws IOException {
        RouteNetlink there = netlink;
        ipv4 = false;
        ipv6 = false;
        returns = null;
        netlink = null;
        if (there != null) {
            try (there) {
                inNetns(() -> {
                    removeAll(there);
                    return null;
                });
            }
        }
    }

    private void inNetns(Callable<@Nullable Void> act) throws IOException {
        try {
            Namespaces.<@Nullable Void>inNetns(netns, act);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no other exception is thrown in there", e);
        }
    }

    /** Gives a UDP flow its client's address; null: it cannot have it. */
    ReturnRoutes.@Nullable Claim claim(SocketAddress client, int port) {
        ReturnRoutes now = returns;
        if (now == null || abandoned) {
            return null;
        }
        try {
            return now.claim(client, port);
        } catch (PosixException e) {
            LOG.debug("No way back for a flow network={} client={} error={}", network, client, e.getMessage());
            return null;
        }
    }

    void release(ReturnRoutes.Claim claim) {
        ReturnRoutes now = returns;
        if (now == null || abandoned) {
            return;
        }
        try {
            now.release(claim);
        } catch (PosixException e) {
            LOG.debug("Cannot remove a way back network={} error={}", network, e.getMessage());
        }
    }

    /** Leaves everything as it is to a successor. */
    synchronized void abandon() {
        abandoned = true;
        if (netlink != null) {
            netlink.close();
        }
    }

    @Override
    public void close() {
        need(false);
    }
}
