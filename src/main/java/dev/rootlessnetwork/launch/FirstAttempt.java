package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.List;

/** What is known of an object while the first attempt to run it is under way. */
public final class FirstAttempt {
    private FirstAttempt() {}

    public static Observation observation(NetworkPlan plan) {
        Problem starting = Problem.retried(Reason.Starting, "slirp4netns is being started");
        List<PortObservation> ports = plan.ports().stream()
                .map(entry -> new PortObservation(entry, entry.hostPort(), PortObservation.State.PENDING, starting))
                .toList();
        return new Observation(plan.identity(), null, plan, null, null, starting, null, ports, 0, null);
    }
}
