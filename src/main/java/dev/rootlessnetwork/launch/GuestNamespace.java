package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.Nsenter;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Tap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks and acts inside a target's network namespace, without any program of the target's. */
final class GuestNamespace {
    private static final Logger LOG = LoggerFactory.getLogger(GuestNamespace.class);
    /** Rights that are missing, a device that is not there, and what the kernel was built without. */
    private static final Set<String> FORBIDDING = Set.of("EPERM", "EACCES", "ENOENT", "EOPNOTSUPP");

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
     *
     * @param ownTap the interface that we made there before, which is no obstacle; null: there is none
     */
    Optional<Problem> obstacle(NetworkPlan plan, @Nullable String ownTap) {
        Target named = plan.target();
        NetworkOptions options = plan.options();
        try {
            GuestSnapshot now = snapshot();
            Optional<String> route = firstBut(ownTap, now.defaultRoutes());
            if (route.isPresent()) {
                return Optional.of(hasRoute(named, "an IPv4", route.get()));
            }
            Optional<String> route6 = firstBut(ownTap, now.defaultRoutes6());
            if (options.enableIpv6() && route6.isPresent()) {
                return Optional.of(hasRoute(named, "an IPv6", route6.get()));
            }
            if (now.interfaces().contains(options.interfaceName())
                    && !options.interfaceName().equals(ownTap)) {
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

    private static Optional<String> firstBut(@Nullable String ownTap, List<String> devices) {
        return devices.stream().filter(device -> !device.equals(ownTap)).findFirst();
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
     * Makes the tap that slirp4netns attaches to, with its addresses and routes, which can be used at once. It stays until
     * {@link #removeTap}. One that we made before is made fit; an ordinary user's is, where it is complete: see {@link
     * TapReuse}.
     */
    void makeTap(NetworkOptions options) throws IOException {
        Fd userns = target.userns();
        if (!root && userns != null) {
            String name = options.interfaceName();
            if (!snapshot().defaultRoutes().contains(name)) {
                removeTap(name);
                TapByNsenter.make(new Nsenter(userns, target.netns()), options);
            }
            return;
        }
        inside(() -> {
            TapByNetlink.make(options);
            return options;
        });
    }

    /**
     * Whether a tap cannot be made because kernel or user namespace forbid it, so that it is left to slirp4netns, whose
     * process joins the target's user namespace.
     */
    boolean forbids(IOException refusal) {
        if (!root) {
            return true;
        }
        return refusal instanceof PosixException posix && FORBIDDING.contains(posix.errnoName());
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
