package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.TargetBinding;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the next operator needs to take a network over; {@code network.json} in the state directory.
 *
 * @param format of this record, for later versions of the program
 * @param source the kind of source that started the network
 * @param plan in force; its options are those that {@code process} was started with
 * @param binding what the plan's target is bound to; null while it never was
 * @param pidFileTime when the PID file that {@code binding} came from was last modified, in nanoseconds; null for other targets
 * @param process the slirp4netns, null while none was started
 * @param tap the interface that we made in the target that {@code binding} names, and must remove; null if slirp4netns makes
 *     its own
 * @param chosenPorts first host port by entry name, of entries that leave it open
 * @param restarts deaths of slirp4netns so far
 */
record NetworkRecord(
        int format,
        Source source,
        NetworkPlan plan,
        @Nullable TargetBinding binding,
        @Nullable Long pidFileTime,
        @Nullable SlirpProcess process,
        @Nullable String tap,
        Map<String, Integer> chosenPorts,
        int restarts) {
    static final int FORMAT = 1;

    NetworkRecord {
        chosenPorts = Map.copyOf(chosenPorts);
    }

    static NetworkRecord of(Source source, NetworkPlan plan) {
        return new NetworkRecord(FORMAT, source, plan, null, null, null, null, Map.of(), 0);
    }

    /**
     * The record with another plan in force, and with what its target is bound to now. A target that cannot be had now
     * stays bound to what it was, as long as it is the same target. What was made in another target is not known any more.
     */
    NetworkRecord rebound(NetworkPlan newPlan, @Nullable BoundTarget bound) {
        if (bound != null) {
            return with(newPlan, bound.binding(), bound.pidFileTime());
        }
        boolean sameTarget = binding != null
                && plan.target().equals(newPlan.target())
                && binding.nodeName().equals(newPlan.nodeName());
        return sameTarget ? with(newPlan, binding, pidFileTime) : with(newPlan, null, null);
    }

    private NetworkRecord with(NetworkPlan newPlan, @Nullable TargetBinding newBinding, @Nullable Long newPidFileTime) {
        String tapThere = newBinding != null && newBinding.equals(binding) ? tap : null;
        return new NetworkRecord(
                format, source, newPlan, newBinding, newPidFileTime, process, tapThere, chosenPorts, restarts);
    }

    /** The binding, which every process has. */
    TargetBinding bindingOrThrow() {
        if (binding == null) {
            throw new IllegalStateException(
                    "no binding is recorded for " + plan.identity().key());
        }
        return binding;
    }

    NetworkRecord withProcess(@Nullable SlirpProcess newProcess) {
        return new NetworkRecord(format, source, plan, binding, pidFileTime, newProcess, tap, chosenPorts, restarts);
    }

    NetworkRecord withTap(@Nullable String newTap) {
        return new NetworkRecord(format, source, plan, binding, pidFileTime, process, newTap, chosenPorts, restarts);
    }

    NetworkRecord withChosenPorts(Map<String, Integer> newChosenPorts) {
        return new NetworkRecord(format, source, plan, binding, pidFileTime, process, tap, newChosenPorts, restarts);
    }

    NetworkRecord withAnotherRestart() {
        return new NetworkRecord(format, source, plan, binding, pidFileTime, process, tap, chosenPorts, restarts + 1);
    }
}
