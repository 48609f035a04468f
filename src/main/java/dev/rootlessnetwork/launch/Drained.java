package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of an object while the agent drains. Its status is all that will be left: the binding of its target and the ports
 * that were chosen for it stay in there, for when it is started again.
 */
final class Drained {
    static final Problem PROBLEM = Problem.retried(
            Reason.Drained, "the network was stopped because the agent drains; it starts again when drain ends");

    private Drained() {}

    /** @param record of the network that was stopped; null if there was none */
    static Observation observation(NetworkRequest request, @Nullable NetworkRecord record) {
        if (!(request instanceof NetworkRequest.Run run)) {
            return new Observation(
                    request.identity(),
                    PROBLEM,
                    null,
                    record == null ? null : record.binding(),
                    null,
                    null,
                    null,
                    List.of(),
                    0,
                    null);
        }
        NetworkPlan plan = run.plan();
        RememberedTarget target = RememberedTarget.of(record, run);
        return new Observation(
                plan.identity(),
                null,
                plan,
                target == null ? null : target.binding(),
                null,
                PROBLEM,
                null,
                plan.ports().stream()
                        .map(entry -> new PortObservation(
                                entry, hostPort(entry, run, record), PortObservation.State.PENDING, PROBLEM))
                        .toList(),
                0,
                null);
    }

    private static @Nullable Integer hostPort(PortEntry entry, NetworkRequest.Run run, @Nullable NetworkRecord record) {
        if (entry.hostPort() != null) {
            return entry.hostPort();
        }
        Integer recorded = record == null ? null : record.chosenPorts().get(entry.name());
        return recorded == null ? run.recollection().chosenPorts().get(entry.name()) : recorded;
    }
}
