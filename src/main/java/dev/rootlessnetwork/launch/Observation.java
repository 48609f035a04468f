package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.TargetBinding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is true of one network now, read back from the kernel and slirp4netns; enough to write a complete status from.
 *
 * @param refusal why the newest spec changes nothing that runs (InvalidSpec, UnsupportedOption, BinaryNotFound); null
 *     when it is in force. Everything else here then tells of {@code plan}
 * @param plan what is in force or being tried; null while no spec of the object was ever accepted
 * @param target what the target is bound to; null while it is not
 * @param slirp the running slirp4netns; null exactly when {@code slirpProblem} says why there is none
 * @param slirpProblem why slirp4netns does not run; null while it does
 * @param guest the network inside the target; null while slirp4netns does not run
 * @param ports one for each entry of the plan's ports, in its order
 * @param restarts deaths of slirp4netns since the object was first started
 * @param death how slirp4netns ended by itself since the observation before, and what it said last; null: it did not
 * @param retryAfter when to converge again if nothing happens before; null: only when something happens
 */
public record Observation(
        NetworkIdentity identity,
        @Nullable Problem refusal,
        @Nullable NetworkPlan plan,
        @Nullable TargetBinding target,
        @Nullable RunningSlirp slirp,
        @Nullable Problem slirpProblem,
        @Nullable GuestNetwork guest,
        List<PortObservation> ports,
        int restarts,
        @Nullable String death,
        @Nullable Duration retryAfter) {
    /** Of a network whose slirp4netns has not died just now. */
    public Observation(
            NetworkIdentity identity,
            @Nullable Problem refusal,
            @Nullable NetworkPlan plan,
            @Nullable TargetBinding target,
            @Nullable RunningSlirp slirp,
            @Nullable Problem slirpProblem,
            @Nullable GuestNetwork guest,
            List<PortObservation> ports,
            int restarts,
            @Nullable Duration retryAfter) {
        this(identity, refusal, plan, target, slirp, slirpProblem, guest, ports, restarts, null, retryAfter);
    }

    /** The same, by one whose slirp4netns has died. */
    Observation afterDeath(@Nullable String newDeath) {
        return new Observation(
                identity, refusal, plan, target, slirp, slirpProblem, guest, ports, restarts, newDeath, retryAfter);
    }

    public Observation {
        if (slirp == null && slirpProblem == null && refusal == null) {
            throw new IllegalArgumentException("without a running slirp4netns there must be a reason");
        }
        ports = List.copyOf(ports);
    }

    /** What keeps the network from being ready, in spec order: the spec as a whole, its target and options, its ports. */
    public List<Problem> problems() {
        Stream<@Nullable Problem> parts =
                slirp == null ? Stream.of(slirpProblem) : ports.stream().map(PortObservation::namedProblem);
        return Stream.concat(Stream.of(refusal), parts)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    /** What the network is not ready for: the first problem that only a person mends, else the first; empty if it is ready. */
    public Optional<Problem> notReady() {
        List<Problem> problems = problems();
        return problems.stream()
                .filter(Problem::stalled)
                .findFirst()
                .or(() -> problems.stream().findFirst());
    }
}
