package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.network.IpLiteral;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of {@code status.ports}. */
final class PortStatuses {
    static final String ACTIVE = "Active";
    static final String PENDING = "Pending";
    static final String FAILED = "Failed";
    private static final String PRESERVED = "Preserved";
    private static final String REPLACED = "Replaced";

    private PortStatuses() {}

    /** Of what runs or is being tried. */
    static List<PortStatus> of(Observation observation) {
        return observation.ports().stream()
                .map(port -> of(port, observation.plan()))
                .toList();
    }

    private static PortStatus of(PortObservation port, @Nullable NetworkPlan plan) {
        PortEntry entry = port.entry();
        Problem problem = port.problem();
        return new PortStatus(
                entry.name(),
                entry.protocol().name(),
                IpLiteral.text(entry.hostIp()),
                port.hostPort(),
                entry.containerPort(),
                entry.range(),
                state(port.state()),
                problem == null ? "" : problem.reason().name(),
                problem == null ? "" : problem.message(),
                plan == null ? null : sourceIp(port, plan.options().portHandler()));
    }

    private static String state(PortObservation.State state) {
        return switch (state) {
            case ACTIVE -> ACTIVE;
            case PENDING -> PENDING;
            case FAILED -> FAILED;
        };
    }

    /** slirp4netns shows the client's address always, the relay where the target's kernel and namespace allow it. */
    private static @Nullable String sourceIp(PortObservation port, PortHandlerKind portHandler) {
        if (port.entry().hostIp().isLoopbackAddress()) {
            return REPLACED;
        }
        if (portHandler == PortHandlerKind.SLIRP4NETNS) {
            return PRESERVED;
        }
        Boolean keepsSource = port.keepsSource();
        return keepsSource == null ? null : keepsSource ? PRESERVED : REPLACED;
    }

    /** Of an object of which nothing was ever accepted: its entries as they are written. */
    static List<PortStatus> ofSpec(@Nullable RootlessNetworkSpec spec, Problem problem) {
        return spec == null || spec.ports() == null
                ? List.of()
                : spec.ports().stream().map(port -> pending(port, problem)).toList();
    }

    private static PortStatus pending(PortSpec port, Problem problem) {
        return new PortStatus(
                port.name(),
                port.protocol() == null ? "TCP" : port.protocol(),
                port.hostIP() == null ? "0.0.0.0" : port.hostIP(),
                port.hostPort(),
                port.containerPort(),
                port.range() == null ? 1 : port.range(),
                PENDING,
                problem.reason().name(),
                problem.message(),
                null);
    }
}
