package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts together what a network's parts tell of it. */
final class Observations {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final Duration ADDRESS_SOON = Duration.ofMillis(200);

    /** By then the address has come or never will: router advertisements are answered within a second. */
    private static final Duration ADDRESS_BY = Duration.ofSeconds(10);

    private Observations() {}

    /** Of an object of which no spec was ever accepted. */
    static Observation refused(NetworkRequest request, @Nullable Problem refusal) {
        Duration again = dependsOnHost(request) ? LOOK_AGAIN : null;
        return new Observation(request.identity(), refusal, null, null, null, null, null, List.of(), 0, again);
    }

    /** Whether a violation may go away without an edit: an outbound interface may come. */
    static boolean dependsOnHost(NetworkRequest request) {
        return request instanceof NetworkRequest.Refuse refuse
                && refuse.violations().stream()
                        .anyMatch(violation -> violation.field().contains("outboundAddr"));
    }

    static Observation of(
            NetworkRequest request,
            @Nullable Problem refusal,
            NetworkRecord record,
            NetworkTarget target,
            SlirpRunner slirp,
            NetworkPorts ports,
            LauncherContext context) {
        NetworkPlan plan = record.plan();
        Instant now = context.clock().instant();
        SlirpProcess process = slirp.problem() == null ? slirp.process() : null; // else it is one that does not end
        BoundTarget bound = target.bound();
        Problem slirpProblem = process == null ? whyNotRunning(target, slirp) : null;
        GuestNetwork guest = process == null
                ? null
                : GuestNetworks.of(plan.options(), GuestNamespace.address6(plan, bound, context.root()));
        List<PortObservation> portReport = ports.report(plan, record.chosenPorts(), slirpProblem);
        return new Observation(
                request.identity(),
                refusal,
                plan,
                bound == null ? null : bound.binding(),
                process == null ? null : process.running(),
                slirpProblem,
                guest,
                portReport,
                record.restarts(),
                Stream.of(
                                refusal != null && (refusal.reason() != Reason.InvalidSpec || dependsOnHost(request))
                                        ? Optional.of(LOOK_AGAIN)
                                        : Optional.<Duration>empty(),
                                slirpProblem == null
                                        ? portsAgain(portReport)
                                        : startAgain(slirpProblem, plan, slirp, now),
                                addressAgain(plan, guest, process, now))
                        .flatMap(Optional::stream)
                        .min(Duration::compareTo)
                        .orElse(null));
    }

    private static Problem whyNotRunning(NetworkTarget target, SlirpRunner slirp) {
        if (target.problem() != null) {
            return target.problem();
        }
        return slirp.problem() != null ? slirp.problem() : FirstAttempt.STARTING;
    }

    private static Optional<Duration> startAgain(Problem problem, NetworkPlan plan, SlirpRunner slirp, Instant now) {
        return switch (problem.reason()) {
            case SlirpExited, StartFailed, ReadyTimeout -> Optional.of(until(slirp.startNotBefore(), now));
            case BinaryNotFound, UnsupportedOption, TargetNotAllowed, PermissionDenied -> Optional.of(LOOK_AGAIN);
            case TargetNotFound, TargetExited -> plan.target().awaited() ? Optional.of(LOOK_AGAIN) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Duration until(Instant moment, Instant now) {
        return moment.isAfter(now) ? Duration.between(now, moment) : Duration.ZERO;
    }

    private static Optional<Duration> portsAgain(List<PortObservation> report) {
        return report.stream().map(PortObservation::problem).anyMatch(problem -> problem != null && !problem.stalled())
                ? Optional.of(LOOK_AGAIN)
                : Optional.empty();
    }

    private static Optional<Duration> addressAgain(
            NetworkPlan plan, @Nullable GuestNetwork guest, @Nullable SlirpProcess process, Instant now) {
        boolean awaited = plan.options().enableIpv6()
                && guest != null
                && guest.address6() == null
                && process != null
                && now.isBefore(process.startedAt().plus(ADDRESS_BY));
        return awaited ? Optional.of(ADDRESS_SOON) : Optional.empty();
    }
}
