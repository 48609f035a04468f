package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.RunningSlirp;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The conditions of a status. Ready, SlirpReady and PortsReady are always there; of Reconciling and Stalled one at most. */
final class Conditions {
    private static final String TRUE = "True";
    private static final String FALSE = "False";

    private final long generation;
    private final @Nullable RootlessNetworkStatus previous;
    private final Instant now;

    private Conditions(long generation, @Nullable RootlessNetworkStatus previous, Instant now) {
        this.generation = generation;
        this.previous = previous;
        this.now = now;
    }

    /**
     * All of them.
     *
     * @param slirpProblem why slirp4netns does not run; null if it does
     * @param entries how many port entries there are
     */
    static List<StatusCondition> of(
            Observation observation,
            @Nullable Problem slirpProblem,
            int entries,
            @Nullable RootlessNetworkStatus previous,
            Instant now) {
        Conditions conditions = new Conditions(observation.identity().generation(), previous, now);
        Problem worst = observation.notReady().orElse(null);

        List<StatusCondition> all = new ArrayList<>();
        all.add(conditions.judge(ConditionType.Ready, worst, Reason.NetworkReady, readyMessage(entries)));
        all.add(conditions.judge(
                ConditionType.SlirpReady, slirpProblem, Reason.SlirpRunning, slirpMessage(observation.slirp())));
        all.add(conditions.judge(
                ConditionType.PortsReady,
                portsProblem(observation, slirpProblem, entries),
                Reason.PortsActive,
                portsMessage(entries)));
        if (worst != null) {
            ConditionType type = worst.stalled() ? ConditionType.Stalled : ConditionType.Reconciling;
            all.add(conditions.make(type, TRUE, worst.reason(), worst.message()));
        }
        return all;
    }

    private static @Nullable Problem portsProblem(
            Observation observation, @Nullable Problem slirpProblem, int entries) {
        if (entries == 0) {
            return null;
        }
        return slirpProblem != null
                ? slirpProblem
                : observation.ports().stream()
                        .map(PortObservation::namedProblem)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private static String readyMessage(int entries) {
        return switch (entries) {
            case 0 -> "the network is up";
            case 1 -> "the network is up, and its port is active";
            default -> "the network is up, and its " + entries + " ports are active";
        };
    }

    private static String slirpMessage(@Nullable RunningSlirp slirp) {
        return slirp == null ? "" : "slirp4netns " + slirp.version() + " runs as process " + slirp.pid();
    }

    private static String portsMessage(int entries) {
        return switch (entries) {
            case 0 -> "no ports are wanted";
            case 1 -> "the port is active";
            default -> "all " + entries + " ports are active";
        };
    }

    private StatusCondition judge(
            ConditionType type, @Nullable Problem problem, Reason reasonIfNone, String messageIfNone) {
        return problem == null
                ? make(type, TRUE, reasonIfNone, messageIfNone)
                : make(type, FALSE, problem.reason(), problem.message());
    }

    private StatusCondition make(ConditionType type, String status, Reason reason, String message) {
        StatusCondition before = previous == null ? null : previous.condition(type.name());
        String since =
                before != null && before.status().equals(status) ? before.lastTransitionTime() : StatusMapper.time(now);
        return new StatusCondition(type.name(), status, reason.name(), message, since, generation);
    }
}
