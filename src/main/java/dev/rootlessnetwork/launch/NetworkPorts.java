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
import dev.rootlessnetwork.port.PortHandler;
import dev.rootlessnetwork.port.ServingForward;
import dev.rootlessnetwork.port.SlirpPortHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The forwarded ports of one network. Guarded by its network's lock. */
final class NetworkPorts {
    private final LauncherContext context;
    private final NetworkRelay relay;
    private final Map<ForwardId, Problem> problems = new HashMap<>();
    private List<PortHandler> handlers = List.of();
    private List<ServingForward> serving = List.of();

    NetworkPorts(LauncherContext context, String uid) {
        this.context = context;
        this.relay = new NetworkRelay(context, uid);
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

    /** Every single forward that is to be served. */
    static List<PortForward> wanted(NetworkPlan plan, Map<String, Integer> chosen) {
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

    /**
     * Asks the port handlers what they forward, and compares that with what they should.
     *
     * @return false if slirp4netns runs and one of them does not answer
     */
    boolean observe(NetworkPlan plan, SlirpRunner slirp, @Nullable BoundTarget target, List<PortForward> wanted) {
        serving = List.of();
        handlers = List.of();
        if (slirp.process() == null || !slirp.controllable() || target == null) {
            return true;
        }
        List<ServingForward> found = new ArrayList<>();
        try {
            handlers = List.of(new SlirpPortHandler(slirp.api(), context.portProbe()), relay.handler(plan, target));
            for (PortHandler handler : handlers) {
                found.addAll(handler.serving());
            }
        } catch (IOException e) {
            Problem problem = Problem.retried(Reason.PortFailed, FileFailure.describe(e));
            problems.clear();
            wanted.forEach(forward -> problems.put(forward.id(), problem));
            return false;
        }
        serving = found;
        relay.use(found.stream().anyMatch(one -> one.handler() == PortHandlerKind.ROOTLESSKIT));
        Set<ForwardId> wantedIds = new HashSet<>(ids(wanted));
        problems.keySet().retainAll(wantedIds);
        found.forEach(one -> problems.remove(one.forward().id()));
        claim(plan.identity().uid(), wantedIds);
        return true;
    }

    /** Holds the host ports that serve, and lets those go that are not wanted any more or cannot be had. */
    private void claim(String uid, Set<ForwardId> wanted) {
        Set<ForwardId> idle = new HashSet<>(context.portClaims().heldBy(uid));
        for (ServingForward one : serving) {
            if (!idle.remove(one.forward().id())) {
                context.portClaims().hold(uid, one.forward().id());
            }
        }
        idle.removeIf(id -> wanted.contains(id) && !problems.containsKey(id));
        context.tell(context.portClaims().release(uid, idle));
    }

    /** Closes and opens forwards; what fails is remembered for the report, and does not keep others from being tried. */
    void apply(NetworkPlan plan, List<Step> steps) {
        problems.clear();
        PortHandlerKind inCharge = plan.options().portHandler();
        List<PortForward> open = openable(plan, steps);
        for (PortHandler handler : handlers) {
            if (handler.kind() != inCharge) {
                change(handler, closing(steps, handler.kind()), List.of()); // first, since the ports may be the same
            }
        }
        for (PortHandler handler : handlers) {
            if (handler.kind() == inCharge) {
                change(handler, closing(steps, inCharge), open);
            }
        }
    }

    private void change(PortHandler handler, List<PortForward> close, List<PortForward> open) {
        if (close.isEmpty() && open.isEmpty()) {
            return;
        }
        try {
            problems.putAll(handler.change(close, open));
        } catch (IOException e) {
            Problem problem = Problem.retried(Reason.PortFailed, FileFailure.describe(e));
            open.forEach(forward -> problems.put(forward.id(), problem));
        }
    }

    private static List<PortForward> closing(List<Step> steps, PortHandlerKind kind) {
        List<PortForward> closing = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.CloseForward close && close.forward().handler() == kind) {
                closing.add(close.forward().forward());
            }
        }
        return closing;
    }

    /** Those that no other network has. */
    private List<PortForward> openable(NetworkPlan plan, List<Step> steps) {
        Claimant claimant = plan.claimant();
        List<PortForward> openable = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.OpenForward open) {
                ForwardId id = open.forward().id();
                Optional<Claimant> obstacle = context.portClaims().tryHold(claimant.uid(), id);
                obstacle.ifPresentOrElse(
                        other -> problems.put(id, conflict(id, other, claimant)), () -> openable.add(open.forward()));
            }
        }
        return openable;
    }

    private Problem conflict(ForwardId id, Claimant holder, Claimant claimant) {
        return Problem.retried(
                Reason.PortConflict,
                id + " belongs to " + holder.describe(claimant, context.config().nameOwners())
                        + ": choose another hostPort or hostIP for one of the two");
    }

    /** What is forwarded, as last asked. */
    List<ServingForward> serving() {
        return serving;
    }

    /**
     * One observation for each entry, in order.
     *
     * @param slirpProblem why slirp4netns does not run; null if it does
     */
    List<PortObservation> report(NetworkPlan plan, Map<String, Integer> chosen, @Nullable Problem slirpProblem) {
        Map<PortForward, Boolean> keepsSource = new HashMap<>();
        serving.forEach(one -> keepsSource.put(one.forward(), one.keepsSource()));
        List<PortObservation> report = new ArrayList<>();
        for (PortEntry entry : plan.ports()) {
            Integer first = entry.hostPort() == null ? chosen.get(entry.name()) : entry.hostPort();
            report.add(
                    slirpProblem != null
                            ? new PortObservation(entry, first, PortObservation.State.PENDING, slirpProblem)
                            : PortReport.of(
                                    entry, forwards(plan, entry, chosen), keepsSource, problems, entryProblem(first)));
        }
        return report;
    }

    private @Nullable Problem entryProblem(@Nullable Integer firstPort) {
        return firstPort != null
                ? null
                : Problem.retried(
                        Reason.PortFailed,
                        "no free host port in " + context.config().hostPorts()
                                + ": free some, or widen --host-port-range");
    }

    /** Lets go of all host ports, which nothing serves now, and closes what the relay still has. */
    void release(String uid) {
        relay.detach();
        problems.clear();
        context.tell(context.portClaims().release(uid, context.portClaims().heldBy(uid)));
    }

    /** Closes what the relay has of a network. */
    void detach() {
        relay.detach();
    }

    private static List<ForwardId> ids(List<PortForward> forwards) {
        return forwards.stream().map(PortForward::id).toList();
    }
}
