package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkStatus.NetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.SlirpStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.TargetStatus;
import dev.rootlessnetwork.launch.FirstAttempt;
import dev.rootlessnetwork.launch.GuestNetwork;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.RunningSlirp;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.TargetBinding;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From what the launcher observed to a status, always the whole of it. */
public final class StatusMapper {
    private StatusMapper() {}

    /**
     * The status of an object.
     *
     * @param spec as it is now; its ports are told of while nothing of the object was ever accepted
     * @param previous the object's last status, for the times of transition; null if there is none
     */
    public static RootlessNetworkStatus map(
            Observation observation,
            @Nullable RootlessNetworkSpec spec,
            @Nullable RootlessNetworkStatus previous,
            Instant now) {
        Problem slirpProblem = slirpProblem(observation);
        List<PortStatus> ports = observation.plan() == null && slirpProblem != null
                ? PortStatuses.ofSpec(spec, slirpProblem)
                : PortStatuses.of(observation);
        long active = ports.stream()
                .filter(port -> port.state().equals(PortStatuses.ACTIVE))
                .count();
        return new RootlessNetworkStatus(
                observation.identity().generation(),
                Conditions.of(observation, slirpProblem, ports.size(), previous, now),
                slirp(observation.slirp(), observation.restarts()),
                network(observation.guest()),
                active + "/" + ports.size(),
                target(observation.target()),
                ports);
    }

    /** Why slirp4netns does not run; null if it does. */
    private static @Nullable Problem slirpProblem(Observation observation) {
        if (observation.slirp() != null) {
            return null;
        }
        Problem problem = observation.slirpProblem() == null ? observation.refusal() : observation.slirpProblem();
        return problem == null ? FirstAttempt.STARTING : problem;
    }

    private static @Nullable SlirpStatus slirp(@Nullable RunningSlirp slirp, int restarts) {
        if (slirp == null) {
            return restarts == 0 ? null : new SlirpStatus(null, null, null, restarts, null, null);
        }
        return new SlirpStatus(
                slirp.pid(), slirp.version(), time(slirp.startedAt()), restarts, slirp.sandbox(), slirp.seccomp());
    }

    private static @Nullable NetworkStatus network(@Nullable GuestNetwork guest) {
        return guest == null
                ? null
                : new NetworkStatus(
                        guest.interfaceName(),
                        guest.mtu(),
                        guest.address(),
                        guest.gateway(),
                        guest.dns(),
                        guest.address6(),
                        guest.gateway6(),
                        guest.dns6());
    }

    private static @Nullable TargetStatus target(@Nullable TargetBinding binding) {
        return binding == null
                ? null
                : new TargetStatus(
                        binding.nodeName().isEmpty() ? null : binding.nodeName(),
                        binding.pid(),
                        binding.pid() == null ? null : binding.startTime(),
                        binding.bootId(),
                        binding.netns());
    }

    /** RFC 3339 in UTC, whole seconds, as Kubernetes writes times. */
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
