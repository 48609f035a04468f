package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the steps that start and stop the slirp4netns of one network. Guarded by its network's lock. */
final class SlirpSteps {
    private static final Logger LOG = LoggerFactory.getLogger(SlirpSteps.class);

    private final LauncherContext context;
    private final SlirpRunner slirp;
    private final NetworkTarget target;
    private final RecordFile records;
    private boolean refusalTold;

    SlirpSteps(LauncherContext context, SlirpRunner slirp, NetworkTarget target, RecordFile records) {
        this.context = context;
        this.slirp = slirp;
        this.target = target;
        this.records = records;
    }

    /** Takes one step; what goes wrong is told by the runner's problem. */
    NetworkRecord take(Step step, NetworkRecord current, NetworkPlan plan, Map<String, Integer> chosen) {
        if (step instanceof Step.StopSlirp stop) {
            RestartReason restart = stop.why().restart();
            if (restart != null) {
                context.listener().restarting(restart);
            }
            Optional<String> left = slirp.stop(stop.why().toString());
            left.ifPresent(why -> slirp.startFailed(Problem.retried(Reason.StartFailed, why)));
            return left.isPresent() ? current : current.withProcess(null);
        }
        if (step instanceof Step.RemoveTap) {
            return removeTap(current);
        }
        return start(current.rebound(plan, target.bound()).withChosenPorts(chosen));
    }

    private NetworkRecord start(NetworkRecord current) {
        BoundTarget bound = target.bound();
        if (bound == null) {
            throw new IllegalStateException("nothing can be started without a target");
        }
        NetworkPlan plan = current.plan();
        GuestNamespace guest = new GuestNamespace(bound, context.root());
        Optional<Problem> notAllowed = guest.obstacle(plan, current.tap());
        if (notAllowed.isPresent()) {
            slirp.startRefused(notAllowed.get());
            return current;
        }
        NetworkRecord starting = current.withTap(plan.options().interfaceName());
        try {
            records.save(starting);
        } catch (IOException e) {
            slirp.startFailed(Problem.retried(
                    Reason.StartFailed,
                    FileFailure.describe(e) + "; make room in the state directory, or make it writable"));
            return current;
        }
        try {
            guest.makeTap(plan.options());
        } catch (IOException e) {
            String why = FileFailure.describe(e);
            if (guest.forbids(e)) {
                return start(leaveTapToSlirp(starting, guest, why), bound, why);
            }
            slirp.startFailed(Problem.retried(Reason.StartFailed, why));
            return starting;
        }
        return start(starting, bound, null);
    }

    private NetworkRecord start(NetworkRecord starting, BoundTarget bound, @Nullable String tapRefusal) {
        return slirp.start(starting.plan(), bound, tapRefusal)
                .map(process -> {
                    NetworkRecord started = starting.withProcess(process);
                    records.saveOrWarn(started);
                    return started;
                })
                .orElse(starting);
    }

    private NetworkRecord leaveTapToSlirp(NetworkRecord starting, GuestNamespace guest, String why) {
        NetworkOptions options = starting.plan().options();
        if (!refusalTold) {
            refusalTold = true;
            LOG.info(
                    "Leaving the tap to slirp4netns, with which it goes network={} interface={} error={}",
                    starting.plan().identity().key(),
                    options.interfaceName(),
                    why);
        }
        try {
            guest.removeTap(options.interfaceName()); // what there is of it
        } catch (IOException e) {
            LOG.debug("Cannot remove an interface name={} error={}", options.interfaceName(), e.getMessage());
        }
        return starting.withTap(null);
    }

    /** Whether an interface that we made can be reached, and does not serve a start with these options. */
    boolean hasLeftoverTap(NetworkRecord current, NetworkOptions wanted) {
        if (current.tap() == null || target.holding(current.binding()) == null) {
            return false;
        }
        BoundTarget bound = target.bound();
        boolean serves = bound != null
                && bound.binding().equals(current.binding())
                && current.tap().equals(wanted.interfaceName())
                && TapReuse.possible(current.plan().options(), wanted, context.root());
        return !serves;
    }

    /** Removes the interface that we made, if the namespace that it is in can still be reached. One that stays there is let go. */
    private NetworkRecord removeTap(NetworkRecord current) {
        BoundTarget held = target.holding(current.binding());
        if (current.tap() == null || held == null) {
            return current;
        }
        try {
            new GuestNamespace(held, context.root()).removeTap(current.tap());
            return current.withTap(null);
        } catch (IOException e) {
            LOG.warn(
                    "Cannot remove an interface name={} netns={} error={}",
                    current.tap(),
                    held.binding().netns(),
                    e.getMessage());
            return current.withTap(null);
        }
    }
}
