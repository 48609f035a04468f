package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.slirp.SlirpLaunch;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the steps that start and stop the slirp4netns of one network. Guarded by its network's lock. */
final class SlirpSteps {
    private static final Logger LOG = LoggerFactory.getLogger(SlirpSteps.class);

    private final LauncherContext context;
    private final SlirpRunner slirp;
    private final NetworkTarget target;
    private final RecordFile records;

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
            slirp.stop(stop.why().toString());
            return removeTap(current.withProcess(null));
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
        Optional<Problem> notAllowed = guest.obstacle(plan);
        if (notAllowed.isPresent()) {
            slirp.startRefused(notAllowed.get());
            return current;
        }
        boolean makeTap = plan.options().enableIpv6();
        NetworkRecord starting = current.withTap(makeTap ? plan.options().interfaceName() : null);
        try {
            records.save(starting);
        } catch (IOException e) {
            slirp.startFailed(Problem.retried(
                    Reason.StartFailed,
                    StateDirectory.describe(e) + "; make room in the state directory, or make it writable"));
            return current;
        }
        try {
            if (makeTap) {
                guest.makeTap(plan.options().interfaceName());
            }
        } catch (IOException e) {
            slirp.startFailed(Problem.retried(Reason.StartFailed, StateDirectory.describe(e)));
            return starting;
        }
        SlirpLaunch.TapRenewal renewTap = () -> {
            guest.removeTap(plan.options().interfaceName());
            guest.makeTap(plan.options().interfaceName());
        };
        return slirp.start(plan, bound, makeTap ? renewTap : null)
                .map(process -> {
                    NetworkRecord started = starting.withProcess(process);
                    records.saveOrWarn(started);
                    return started;
                })
                .orElse(starting);
    }

    /** Removes the interface that we made, if the namespace that it is in can still be reached. */
    NetworkRecord removeTap(NetworkRecord current) {
        BoundTarget held = target.held();
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
