package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Recollection;
import dev.rootlessnetwork.network.Violation;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which spec of an object is in force: the newest, or the one before where the newest must not change what runs.
 *
 * @param refusal why the newest is not; null if it is
 * @param run what is in force; null while none ever was accepted
 */
record SpecInForce(@Nullable Problem refusal, NetworkRequest.@Nullable Run run) {
    /** @param record of what was in force before; null: nothing was */
    static SpecInForce of(NetworkRequest request, @Nullable NetworkRecord record, SlirpRunner slirp) {
        if (request instanceof NetworkRequest.Refuse refuse) {
            return refused(invalid(refuse), record);
        }
        NetworkRequest.Run run = (NetworkRequest.Run) request;
        Problem refusal = record == null || slirp.process() == null ? null : obstacle(run.plan(), record.plan(), slirp);
        return refusal == null ? new SpecInForce(null, run) : refused(refusal, record);
    }

    /** What was in force when it was recorded, and still is. */
    static NetworkRequest.Run remembered(NetworkPlan plan) {
        return new NetworkRequest.Run(plan, Recollection.NONE);
    }

    private static SpecInForce refused(Problem refusal, @Nullable NetworkRecord record) {
        return new SpecInForce(refusal, record == null ? null : remembered(record.plan()));
    }

    private static Problem invalid(NetworkRequest.Refuse refuse) {
        return Problem.stalled(
                Reason.InvalidSpec,
                refuse.violations().stream().map(Violation::toString).collect(Collectors.joining("; ")));
    }

    /** What runs is not to be stopped for a start that cannot succeed. */
    private static @Nullable Problem obstacle(NetworkPlan wanted, NetworkPlan running, SlirpRunner slirp) {
        boolean wouldRestart = !running.target().equals(wanted.target())
                || StepPlanner.needsRestart(running.options(), wanted.options());
        return wouldRestart ? slirp.obstacle(wanted.options()).orElse(null) : null;
    }
}
