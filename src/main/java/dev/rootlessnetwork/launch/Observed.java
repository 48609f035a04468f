package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.port.ServingForward;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the planner sees of one network.
 *
 * @param available what the target is bound to; null while it cannot be had
 * @param running the live slirp4netns; null if there is none
 * @param leftoverTap whether an interface of ours remains somewhere that the next start has no use for
 * @param startNotBefore the earliest moment for a start
 */
record Observed(
        @Nullable TargetBinding available, @Nullable Running running, boolean leftoverTap, Instant startNotBefore) {
    /**
     * A live slirp4netns.
     *
     * @param target whose namespace it was started for
     * @param options it was started with
     * @param binding that it serves
     * @param controllable whether its API socket is there
     * @param forwards of the network, whoever serves them
     */
    record Running(
            Target target,
            NetworkOptions options,
            TargetBinding binding,
            boolean controllable,
            List<ServingForward> forwards) {
        Running {
            forwards = List.copyOf(forwards);
        }
    }
}
