package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.port.ServingForward;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides what to do next; the same arguments always give the same steps. */
final class StepPlanner {
    private StepPlanner() {}

    /**
     * The steps to take now: either those that start and stop slirp4netns, after which it should be observed and planned
     * anew, or those that open and close forwards of a running one. None: nothing is to be done before something happens.
     *
     * @param forwards every single forward that the plan asks for
     */
    static List<Step> plan(NetworkPlan plan, Collection<PortForward> forwards, Observed observed, Instant now) {
        Observed.Running running = observed.running();
        if (running == null) {
            return start(observed, now);
        }
        StopReason stop = reasonToStop(plan, observed, running);
        return stop == null
                ? forwardSteps(plan.options().portHandler(), forwards, running.forwards())
                : List.of(new Step.StopSlirp(stop));
    }

    /** Whether a slirp4netns started with {@code running} would have to be started anew for {@code wanted}. */
    static boolean needsRestart(NetworkOptions running, NetworkOptions wanted) {
        return !running.withPortHandler(PortHandlerKind.SLIRP4NETNS)
                .equals(wanted.withPortHandler(PortHandlerKind.SLIRP4NETNS));
    }

    private static List<Step> start(Observed observed, Instant now) {
        List<Step> steps = new ArrayList<>();
        if (observed.leftoverTap()) {
            steps.add(new Step.RemoveTap());
        }
        if (observed.available() != null && !now.isBefore(observed.startNotBefore())) {
            steps.add(new Step.StartSlirp());
        }
        return steps;
    }

    private static @Nullable StopReason reasonToStop(NetworkPlan plan, Observed observed, Observed.Running running) {
        if (!running.target().equals(plan.target())) {
            return StopReason.TARGET_CHANGED;
        }
        if (observed.available() == null) {
            return StopReason.TARGET_GONE;
        }
        if (!running.binding().equals(observed.available())) {
            return StopReason.TARGET_REPLACED;
        }
        if (needsRestart(running.options(), plan.options())) {
            return StopReason.OPTIONS_CHANGED;
        }
        return running.controllable() ? null : StopReason.API_SOCKET_MISSING;
    }

    private static List<Step> forwardSteps(
            PortHandlerKind handler, Collection<PortForward> wanted, List<ServingForward> serving) {
        Map<ForwardId, PortForward> missing = new LinkedHashMap<>();
        wanted.forEach(forward -> missing.put(forward.id(), forward));
        List<Step> steps = new ArrayList<>();
        for (ServingForward served : serving) {
            PortForward wantedNow = missing.get(served.forward().id());
            if (served.handler() == handler && served.forward().equals(wantedNow)) {
                missing.remove(served.forward().id());
            } else if (served.handler() != handler || wantedNow == null || handler == PortHandlerKind.SLIRP4NETNS) {
                steps.add(new Step.CloseForward(served));
            }
        }
        missing.values().forEach(forward -> steps.add(new Step.OpenForward(forward)));
        return steps;
    }
}
