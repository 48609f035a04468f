package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.SlirpStatus;
import dev.rootlessnetwork.kube.NetworkEvent.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened between two statuses of an object. Pure. */
final class NetworkEvents {
    private static final String ACTIVE = "Active";
    private static final String FAILED = "Failed";

    private NetworkEvents() {}

    /**
     * In the order in which they happened.
     *
     * @param before null: there was no status
     * @param death how slirp4netns ended by itself in between; null: it did not
     */
    static List<NetworkEvent> between(
            @Nullable RootlessNetworkStatus before, RootlessNetworkStatus after, @Nullable String death) {
        List<NetworkEvent> events = new ArrayList<>();
        if (death != null) {
            events.add(new NetworkEvent(Reason.Exited, "", death));
        }
        ofSlirp(before == null ? null : before.slirp4netns(), after, events);
        Map<String, PortStatus> portsBefore = new HashMap<>();
        if (before != null) {
            before.ports().forEach(port -> portsBefore.put(String.valueOf(port.name()), port));
        }
        for (PortStatus port : after.ports()) {
            ofPort(portsBefore.get(String.valueOf(port.name())), port, events);
        }
        return events;
    }

    private static void ofSlirp(@Nullable SlirpStatus before, RootlessNetworkStatus status, List<NetworkEvent> events) {
        SlirpStatus after = status.slirp4netns();
        if (after == null) {
            return;
        }
        Integer pid = after.pid();
        Integer pidBefore = before == null ? null : before.pid();
        if (pid != null && !pid.equals(pidBefore)) {
            boolean again = after.restarts() > 0 || pidBefore != null;
            events.add(new NetworkEvent(
                    again ? Reason.Restarted : Reason.Started,
                    "",
                    "slirp4netns runs as process " + pid + targetNote(status)));
        }
    }

    private static String targetNote(RootlessNetworkStatus status) {
        RootlessNetworkStatus.TargetStatus target = status.target();
        if (target == null) {
            return "";
        }
        return target.pid() == null ? " for namespace " + target.netns() : " for process " + target.pid();
    }

    private static void ofPort(@Nullable PortStatus before, PortStatus after, List<NetworkEvent> events) {
        String name = String.valueOf(after.name());
        boolean failedBefore = before != null && before.state().equals(FAILED);
        if (after.state().equals(FAILED)
                && !(failedBefore && before != null && before.reason().equals(after.reason()))) {
            events.add(new NetworkEvent(Reason.PortFailed, name, "port " + name + ": " + after.message()));
        }
        if (after.state().equals(ACTIVE) && failedBefore) {
            events.add(new NetworkEvent(
                    Reason.PortRecovered,
                    name,
                    "port " + name + " is active on " + after.hostIP() + ":" + after.hostPort()));
        }
    }
}
