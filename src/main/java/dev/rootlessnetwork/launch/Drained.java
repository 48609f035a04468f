package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of an object while the agent drains. Its status is all that will be left: the binding of its target and the ports
 * that were chosen for it stay in there, for when it is started again.
 */
final class Drained {
    static final Problem PROBLEM = Problem.retried(
            Reason.Drained, "the network was stopped because the agent drains; it starts again when drain ends");

    private static final Duration AGAIN = Duration.ofSeconds(5);

    private Drained() {}

    /**
     * @param record of the network that was stopped; null if there was none
     * @param left what of it could not be stopped or removed, so that it is tried again soon; null if nothing is
     */
    static Observation observation(NetworkRequest request, @Nullable NetworkRecord record, @Nullable String left) {
        Problem problem = left == null
                ? PROBLEM
                : Problem.retried(
                        Reason.Drained,
                        "the network is being stopped because the agent drains, again and again: " + left);
        Duration again = left == null ? null : AGAIN;
        if (!(request instanceof NetworkRequest.Run run)) {
            return new Observation(
                    request.identity(),
                    problem,
                    null,
                    record == null ? null : record.binding(),
                    null,
                    null,
                    null,
                    List.of(),
                    0,
                    again);
        }
        NetworkPlan plan = run.plan();
        RememberedTarget target = RememberedTarget.of(record, run);
        return new Observation(
                plan.identity(),
                null,
                plan,
                target == null ? null : target.binding(),
                null,
                problem,
                null,
                plan.ports().stream()
                        .map(entry -> new PortObservation(
                                entry, hostPort(entry, run, record), PortObservation.State.PENDING, problem))
                        .toList(),
                0,
                again);
    }

    private static @Nullable Integer hostPort(PortEntry entry, NetworkRequest.Run run, @Nullable NetworkRecord record) {
        if (entry.hostPort() != null) {
            return entry.hostPort();
        }
        Integer recorded = record == null ? null : record.chosenPorts().get(entry.name());
        return recorded == null ? run.recollection().chosenPorts().get(entry.name()) : recorded;
    }
}
