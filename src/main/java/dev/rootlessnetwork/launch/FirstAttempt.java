package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.List;

/** What is known of an object while the first attempt to run it is under way. */
public final class FirstAttempt {
    /** Why slirp4netns does not run while it was not tried yet. */
    public static final Problem STARTING = Problem.retried(Reason.Starting, "slirp4netns is being started");

    private FirstAttempt() {}

    public static Observation observation(NetworkPlan plan) {
        List<PortObservation> ports = plan.ports().stream()
                .map(entry -> new PortObservation(entry, entry.hostPort(), PortObservation.State.PENDING, STARTING))
                .toList();
        return new Observation(plan.identity(), null, plan, null, null, STARTING, null, ports, 0, null);
    }
}
