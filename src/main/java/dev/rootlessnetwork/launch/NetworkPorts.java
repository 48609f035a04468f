package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.port.EphemeralPorts;
import dev.rootlessnetwork.port.HostPortChooser;
import dev.rootlessnetwork.slirp.ActiveForward;
import dev.rootlessnetwork.slirp.SlirpApi;
import dev.rootlessnetwork.slirp.SlirpApiException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The forwarded ports of one network. Guarded by its network's lock. */
final class NetworkPorts {
    private static final Problem NO_RELAY = Problem.stalled(
            Reason.PortFailed,
            "port handler rootlesskit is not part of this version: set options.portHandler to slirp4netns");

    private final LauncherContext context;
    private final Map<ForwardId, Problem> problems = new HashMap<>();
    private List<ActiveForward> active = List.of();

    NetworkPorts(LauncherContext context) {
        this.context = context;
    }

    /**
     * Chooses host ports for entries that leave them open, keeps those chosen before unless the object names them for another
     * entry now, and claims all.
     *
     * @param before first host port by entry name, as chosen earlier
     * @return first host port by entry name; an entry is missing where no port is free
     */
    Map<String, Integer> choose(NetworkPlan plan, Map<String, Integer> before) {
        Map<String, Integer> chosen = new LinkedHashMap<>();
        Set<String> freed;
        synchronized (context.portClaims()) {
            OwnPorts own = new OwnPorts();
            List<PortEntry> open = new ArrayList<>();
            for (PortEntry entry : plan.ports()) {
                if (entry.hostPort() == null) {
                    open.add(entry);
                } else {
                    own.add(entry, entry.hostPort());
                }
            }
            for (PortEntry entry : open) {
                Integer kept = before.get(entry.name());
                if (kept != null && own.isFree(entry, kept)) {
                    own.add(entry, kept);
                    chosen.put(entry.name(), kept);
                }
            }
            open.removeIf(entry -> chosen.containsKey(entry.name()));
            if (!open.isEmpty()) {
                HostPortRange ephemeral = EphemeralPorts.read();
                for (PortEntry entry : open) {
                    free(plan.claimant(), entry, own, ephemeral).ifPresent(first -> {
                        own.add(entry, first);
                        chosen.put(entry.name(), first);
                    });
                }
            }
            freed = context.portClaims().want(plan.claimant(), ids(wanted(plan, chosen)));
        }
        context.tell(freed);
        return chosen;
    }

    private OptionalInt free(Claimant claimant, PortEntry entry, OwnPorts own, HostPortRange ephemeral) {
        int seed = (claimant.uid() + "/" + entry.name()).hashCode();
        return HostPortChooser.choose(context.config().hostPorts(), ephemeral, entry.range(), seed, port -> {
            ForwardId id = new ForwardId(entry.protocol(), entry.hostIp(), port);
            return own.isFree(id)
                    && context.portClaims().isFree(claimant.uid(), id)
                    && context.portProbe().free(id);
        });
    }

    /** Every single forward that slirp4netns is to serve. */
    List<PortForward> wanted(NetworkPlan plan, Map<String, Integer> chosen) {
        if (plan.options().portHandler() != PortHandlerKind.SLIRP4NETNS) {
            return List.of();
        }
        List<PortForward> forwards = new ArrayList<>();
        plan.ports().forEach(entry -> forwards.addAll(forwards(plan, entry, chosen)));
        return forwards;
    }

    private static List<PortForward> forwards(NetworkPlan plan, PortEntry entry, Map<String, Integer> chosen) {
        Integer first = entry.hostPort() == null ? chosen.get(entry.name()) : entry.hostPort();
        return first == null
                ? List.of()
                : entry.forwards(first, plan.options().network().guest());
    }

    /** Closes and opens forwards; what fails is remembered for the report, and does not keep others from being tried. */
    void apply(NetworkPlan plan, List<Step> steps, SlirpApi api) {
        String uid = plan.identity().uid();
        problems.clear();
        Problem silent = null;
        for (Step step : steps) {
            try {
                if (step instanceof Step.CloseForward close && silent == null) {
                    api.removeHostfwd(close.forward().id());
                    context.tell(context.portClaims()
                            .release(uid, Set.of(close.forward().forward().id())));
                } else if (step instanceof Step.OpenForward open) {
                    note(open.forward().id(), silent == null ? open(plan.claimant(), open.forward(), api) : silent);
                }
            } catch (SlirpApiException e) {
                silent = Problem.retried(Reason.PortFailed, e.getMessage());
                if (step instanceof Step.OpenForward open) {
                    note(open.forward().id(), silent);
                }
            }
        }
    }

    private @Nullable Problem open(Claimant claimant, PortForward forward, SlirpApi api) throws SlirpApiException {
        return context.portHandler().open(claimant, forward, api).orElse(null);
    }

    private void note(ForwardId id, @Nullable Problem problem) {
        if (problem != null) {
            problems.put(id, problem);
        }
    }

    /**
     * Asks slirp4netns what it forwards, and compares that with what it should.
     *
     * @return false if it runs and does not answer
     */
    boolean observe(NetworkPlan plan, SlirpRunner slirp, List<PortForward> wanted) {
        active = List.of();
        if (slirp.process() == null || !slirp.controllable()) {
            return true;
        }
        try {
            active = slirp.api().listHostfwd();
        } catch (SlirpApiException e) {
            Problem problem = Problem.retried(Reason.PortFailed, e.getMessage());
            problems.clear();
            wanted.forEach(forward -> problems.put(forward.id(), problem));
            return false;
        }
        problems.keySet().retainAll(ids(wanted));
        Set<PortForward> serving = serving();
        for (PortForward forward : wanted) {
            if (serving.contains(forward)) {
                problems.remove(forward.id());
                context.portClaims().hold(plan.identity().uid(), forward.id());
            }
        }
        return true;
    }

    /** What slirp4netns forwards, as last asked. */
    List<ActiveForward> active() {
        return active;
    }

    private Set<PortForward> serving() {
        return active.stream().map(ActiveForward::forward).collect(Collectors.toSet());
    }

    /**
     * One observation for each entry, in order.
     *
     * @param slirpProblem why slirp4netns does not run; null if it does
     */
    List<PortObservation> report(NetworkPlan plan, Map<String, Integer> chosen, @Nullable Problem slirpProblem) {
        Set<PortForward> serving = serving();
        List<PortObservation> report = new ArrayList<>();
        for (PortEntry entry : plan.ports()) {
            Integer first = entry.hostPort() == null ? chosen.get(entry.name()) : entry.hostPort();
            report.add(
                    slirpProblem != null
                            ? new PortObservation(entry, first, PortObservation.State.PENDING, slirpProblem)
                            : PortReport.of(
                                    entry,
                                    forwards(plan, entry, chosen),
                                    serving,
                                    problems,
                                    entryProblem(plan, first)));
        }
        return report;
    }

    private @Nullable Problem entryProblem(NetworkPlan plan, @Nullable Integer firstPort) {
        if (plan.options().portHandler() != PortHandlerKind.SLIRP4NETNS) {
            return NO_RELAY;
        }
        return firstPort != null
                ? null
                : Problem.retried(
                        Reason.PortFailed,
                        "no free host port in " + context.config().hostPorts()
                                + ": free some, or widen --host-port-range");
    }

    /** Lets go of all host ports, which nothing serves now. */
    void release(String uid) {
        problems.clear();
        context.tell(context.portClaims().release(uid, context.portClaims().heldBy(uid)));
    }

    private static List<ForwardId> ids(List<PortForward> forwards) {
        return forwards.stream().map(PortForward::id).toList();
    }
}
