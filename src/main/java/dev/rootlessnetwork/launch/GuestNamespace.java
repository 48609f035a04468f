package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.Nsenter;
import dev.rootlessnetwork.posix.Tap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks and acts inside a target's network namespace, without any program of the target's. */
final class GuestNamespace {
    private static final Logger LOG = LoggerFactory.getLogger(GuestNamespace.class);

    private final BoundTarget target;
    private final boolean root;

    /** @param root whether we are; an ordinary user looks in through /proc and acts through nsenter */
    GuestNamespace(BoundTarget target, boolean root) {
        this.target = target;
        this.root = root;
    }

    /**
     * What forbids giving this namespace a network: one that it has already would silently lose its egress to
     * slirp4netns.
     */
    Optional<Problem> obstacle(NetworkPlan plan) {
        Target named = plan.target();
        NetworkOptions options = plan.options();
        try {
            GuestSnapshot now = snapshot();
            String route = now.defaultRoute();
            if (route != null) {
                return Optional.of(hasRoute(named, "an IPv4", route));
            }
            String route6 = now.defaultRoute6();
            if (options.enableIpv6() && route6 != null) {
                return Optional.of(hasRoute(named, "an IPv6", route6));
            }
            if (now.interfaces().contains(options.interfaceName())) {
                return Optional.of(Problem.of(
                        Reason.TargetNotAllowed,
                        named,
                        "the target has an interface " + options.interfaceName()
                                + " already: remove it, or choose another options.interfaceName"));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Problem.of(
                    Reason.PermissionDenied, named, "cannot look into the target's namespace: " + e.getMessage()));
        }
    }

    private static Problem hasRoute(Target named, String family, String device) {
        return Problem.of(
                Reason.TargetNotAllowed,
                named,
                "the target has a network already, " + family + " default route through " + device
                        + ": remove that route, or name a target without one");
    }

    /** The IPv6 address of a plan's tap with prefix length; null where it has none, yet or at all. */
    static @Nullable String address6(NetworkPlan plan, @Nullable BoundTarget bound, boolean root) {
        if (!plan.options().enableIpv6() || bound == null) {
            return null;
        }
        try {
            return new GuestNamespace(bound, root)
                    .snapshot()
                    .globalAddress6()
                    .get(plan.options().interfaceName());
        } catch (IOException e) {
            LOG.debug("Cannot read the IPv6 address network={}", plan.identity().key(), e);
            return null;
        }
    }

    /** What the kernel says of routes and interfaces there. */
    GuestSnapshot snapshot() throws IOException {
        if (root) {
            return inside(() -> GuestSnapshot.read(Path.of("/proc/thread-self/net")));
        }
        return GuestSnapshot.read(
                Path.of("/proc", String.valueOf(target.binding().pid()), "net"));
    }

    /**
     * Makes a tap that slirp4netns attaches to, such that its IPv6 address can be used at once instead of after duplicate
     * address detection. It stays until {@link #removeTap}.
     */
    void makeTap(String name) throws IOException {
        Path acceptDad = Path.of("/proc/sys/net/ipv6/conf", name, "accept_dad");
        Fd userns = target.userns();
        if (!root && userns != null) {
            Nsenter entrance = new Nsenter(userns, target.netns());
            entrance.createTap(name);
            entrance.writeSysctl(acceptDad, "0");
            return;
        }
        inside(() -> {
            Tap.createPersistent(name);
            Files.writeString(acceptDad, "0");
            return name;
        });
    }

    /** Removes the tap, if it is there, with its addresses and routes. */
    void removeTap(String name) throws IOException {
        Fd userns = target.userns();
        if (!root && userns != null) {
            if (snapshot().interfaces().contains(name)) {
                new Nsenter(userns, target.netns()).deleteTap(name);
            }
            return;
        }
        inside(() -> {
            Tap.delete(name);
            return name;
        });
    }

    private <T> T inside(Callable<T> action) throws IOException {
        try {
            return Namespaces.inNetns(target.netns(), action);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("acting in " + target.binding().netns() + " failed: " + e.getMessage(), e);
        }
    }
}
