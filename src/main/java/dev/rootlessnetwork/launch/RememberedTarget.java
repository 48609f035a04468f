package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import org.jspecify.annotations.Nullable;

/**
 * What a target was bound to earlier.
 *
 * @param pidFileTime when the PID file was last modified then, in nanoseconds since 1970; null if unknown
 */
record RememberedTarget(TargetBinding binding, @Nullable Long pidFileTime) {
    /**
     * What is remembered for a plan: our own record of the same target on the same node, else what the object's status
     * tells, as far as it is about the same process.
     */
    static @Nullable RememberedTarget of(@Nullable NetworkRecord record, NetworkRequest.Run request) {
        NetworkPlan plan = request.plan();
        if (record != null && record.binding() != null) {
            boolean same = record.plan().target().equals(plan.target())
                    && record.binding().nodeName().equals(plan.nodeName());
            return same ? new RememberedTarget(record.binding(), record.pidFileTime()) : null;
        }
        TargetBinding recalled = request.recollection().binding();
        if (recalled == null || !recalled.nodeName().equals(plan.nodeName())) {
            return null;
        }
        boolean samePid =
                plan.target() instanceof Target.Pid target && recalled.pid() != null && recalled.pid() == target.pid();
        return samePid ? new RememberedTarget(recalled, null) : null;
    }
}
