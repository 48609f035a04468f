package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.TargetStatus;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Recollection;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads back from an object's last status what must survive a lost state directory. */
final class Recollections {
    private Recollections() {}

    /** What concerns the plan still: a binding of its own pid on its own node, and ports of entries that have them chosen. */
    static Recollection of(@Nullable RootlessNetworkStatus status, NetworkPlan plan) {
        return status == null
                ? Recollection.NONE
                : new Recollection(binding(status.target(), plan), chosenPorts(status, plan));
    }

    private static @Nullable TargetBinding binding(@Nullable TargetStatus bound, NetworkPlan plan) {
        if (bound == null
                || bound.pid() == null
                || bound.startTime() == null
                || bound.bootID() == null
                || bound.netns() == null) {
            return null;
        }
        String nodeName = bound.nodeName() == null ? "" : bound.nodeName();
        boolean ours = nodeName.equals(plan.nodeName())
                && plan.target() instanceof Target.Pid target
                && target.pid() == bound.pid();
        return ours ? new TargetBinding(nodeName, bound.pid(), bound.startTime(), bound.bootID(), bound.netns()) : null;
    }

    private static Map<String, Integer> chosenPorts(RootlessNetworkStatus status, NetworkPlan plan) {
        Map<String, Integer> chosen = new HashMap<>();
        for (PortEntry entry : plan.ports()) {
            if (entry.hostPort() == null) {
                status.ports().stream()
                        .filter(port -> isOf(port, entry))
                        .map(PortStatus::hostPort)
                        .findFirst()
                        .ifPresent(port -> chosen.put(entry.name(), port));
            }
        }
        return chosen;
    }

    private static boolean isOf(PortStatus port, PortEntry entry) {
        Integer first = port.hostPort();
        return entry.name().equals(port.name()) && first != null && first >= 1 && first + entry.range() - 1 <= 65535;
    }
}
