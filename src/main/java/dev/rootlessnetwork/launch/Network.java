package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Problem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One network: observes, lets {@link StepPlanner} decide, and takes the steps, until there are none. One thread at a time;
 * others wait.
 */
final class Network {
    private static final Logger LOG = LoggerFactory.getLogger(Network.class);

    /** Stop, start, ports: needing more rounds in one call would be a fault of ours. */
    private static final int MOST_ROUNDS = 4;

    private final ReentrantLock lock = new ReentrantLock();
    private final LauncherContext context;
    private final String uid;
    private final NetworkFiles files;
    private final SlirpRunner slirp;
    private final NetworkPorts ports;
    private final NetworkTarget target;
    private final RecordFile records;
    private final SlirpSteps steps;
    private final Teardown teardown;
    private @Nullable NetworkRecord record;
    private boolean stopped;
    /** Of one that was stopped; read without the lock, by those who cannot wait. */
    private volatile @Nullable String left;

    Network(LauncherContext context, String uid) {
        Runnable changed = () -> context.changed().accept(uid);
        this.context = context;
        this.uid = uid;
        this.files = context.state().files(uid);
        this.slirp = new SlirpRunner(context, files, changed);
        this.ports = new NetworkPorts(context, uid);
        this.target = new NetworkTarget(context, uid, changed);
        this.records = new RecordFile(context.state(), files.record());
        this.steps = new SlirpSteps(context, slirp, target, records);
        this.teardown = new Teardown(context, uid, files, slirp, ports, target);
    }

    private void logAbout(@Nullable NetworkIdentity identity) {
        SlirpProcess process = slirp.process();
        LogContext.set(identity, process == null ? null : process.pid());
    }

    /** Takes over what an earlier operator left, and claims what that holds. */
    void adopt(NetworkRecord found) {
        lock.lock();
        logAbout(found.plan().identity());
        try {
            record = found;
            records.found(found);
            if (found.process() != null && slirp.adopt(found.process())) {
                ports.choose(found.plan(), found.chosenPorts());
                NetworkPorts.wanted(found.plan(), found.chosenPorts())
                        .forEach(forward -> context.portClaims().hold(uid, forward.id()));
                target.resolve(found.plan(), RememberedTarget.of(found, SpecInForce.remembered(found.plan())));
            }
        } finally {
            LogContext.clear();
            lock.unlock();
        }
    }

    /** Makes claims ahead of {@link #converge}, so that who goes first in a batch does not depend on threads. */
    void announce(NetworkRequest.Run request) {
        lock.lock();
        try {
            boolean runs = slirp.process() != null;
            if (!runs && !stopped) {
                target.resolve(request.plan(), RememberedTarget.of(record, request));
                if (record == null || record.tap() == null) {
                    target.settle(); // else the namespace that the tap is in is held until that is removed
                }
                ports.choose(request.plan(), chosenBefore(request));
                context.tell(context.portClaims().setAble(uid, target.bound() != null));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the request true as far as possible; empty if the network was stopped for good meanwhile. One of which something is left goes
     * on from there.
     */
    Optional<Observation> converge(NetworkRequest request) {
        lock.lock();
        logAbout(request.identity());
        try {
            if (stopped && left == null) {
                return Optional.empty();
            }
            stopped = false;
            left = null;
            SpecInForce spec = SpecInForce.of(request, record, slirp);
            return Optional.of(
                    spec.run() == null
                            ? Observations.refused(request, spec.refusal())
                            : converge(request, spec.run(), spec.refusal()));
        } finally {
            LogContext.clear();
            lock.unlock();
        }
    }

    /** Makes the recorded plan true once more; empty if there is none, or the network was stopped for good. */
    Optional<Observation> repair() {
        lock.lock();
        logAbout(record == null ? null : record.plan().identity());
        try {
            return stopped || record == null
                    ? Optional.empty()
                    : Optional.of(converge(
                            SpecInForce.remembered(record.plan()), SpecInForce.remembered(record.plan()), null));
        } finally {
            LogContext.clear();
            lock.unlock();
        }
    }

    private Map<String, Integer> chosenBefore(NetworkRequest.Run request) {
        Map<String, Integer> chosen = new HashMap<>(request.recollection().chosenPorts());
        if (record != null) {
            chosen.putAll(record.chosenPorts());
        }
        return chosen;
    }

    private Observation converge(NetworkRequest asked, NetworkRequest.Run request, @Nullable Problem refusal) {
        NetworkPlan plan = request.plan();
        Optional<String> death = slirp.takeDeath();
        target.resolve(plan, RememberedTarget.of(record, request));
        if (record == null) {
            record = NetworkRecord.of(context.config().source(), plan);
        }
        if (slirp.process() == null) {
            context.orphans().end(files);
        }
        NetworkRecord current = record;
        if (death.isPresent()) {
            current = noteDeath(current, death.get());
        }
        boolean died = current.restarts() > record.restarts();
        Problem ending = died ? slirp.problem() : null; // a start that succeeds makes it forget
        Map<String, Integer> chosen = ports.choose(plan, chosenBefore(request));
        context.tell(context.portClaims().setAble(uid, target.bound() != null));
        current = takeSteps(current, plan, chosen);
        if (slirp.process() == null && target.bound() == null) {
            slirp.forgetFailures();
            ports.release(uid);
        }
        target.settle();
        if (!slirp.hasDied()) { // else the record goes on telling what that one was attached to: see noteDeath
            current = current.rebound(plan, target.bound());
        }
        current = current.withChosenPorts(chosen);
        record = current;
        records.saveOrWarn(current);
        return Observations.of(asked, refusal, current, target, slirp, ports, context)
                .afterDeath(ending == null ? null : ending.message());
    }

    private NetworkRecord noteDeath(NetworkRecord before, String death) {
        NetworkRecord after = before.withProcess(null);
        BoundTarget bound = target.bound();
        if (bound == null) {
            return after; // slirp4netns ends with its target; that is no death of its own
        }
        if (!bound.binding().equals(before.binding())) {
            slirp.forgetFailures(); // likewise, and another process has taken the target's place already
            context.listener().restarting(RestartReason.TARGET_CHANGED);
            return after;
        }
        context.listener().restarting(RestartReason.DIED);
        after = after.withAnotherRestart();
        slirp.reportDeath(death, after.restarts());
        return after;
    }

    private NetworkRecord takeSteps(NetworkRecord before, NetworkPlan plan, Map<String, Integer> chosen) {
        NetworkRecord current = before;
        List<PortForward> wanted = NetworkPorts.wanted(plan, chosen);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean answers = ports.observe(plan, slirp, target.bound(), wanted);
            List<Step> planned = StepPlanner.plan(
                    plan, wanted, observed(plan, current), context.clock().instant());
            // One that died just now is told of by a call back, and dealt with by the next convergence.
            if (planned.isEmpty() || slirp.hasDied()) {
                return current;
            }
            if (slirp.process() != null && !(planned.get(0) instanceof Step.StopSlirp)) {
                if (answers) {
                    ports.apply(plan, planned);
                    slirp.cutLog();
                    ports.observe(plan, slirp, target.bound(), wanted);
                }
                return current;
            }
            for (Step step : planned) {
                current = steps.take(step, current, plan, chosen);
            }
            if (slirp.problem() != null) {
                return current;
            }
        }
        LOG.error("Still not converged network={} rounds={}", plan.identity().key(), MOST_ROUNDS);
        return current;
    }

    private Observed observed(NetworkPlan plan, NetworkRecord current) {
        BoundTarget bound = target.bound();
        Observed.Running running = slirp.process() == null
                ? null
                : new Observed.Running(
                        current.plan().target(),
                        current.plan().options(),
                        current.bindingOrThrow(),
                        slirp.controllable(),
                        ports.serving());
        return new Observed(
                bound == null ? null : bound.binding(),
                running,
                running == null && steps.hasLeftoverTap(current, plan.options()),
                slirp.startNotBefore());
    }

    /** Stops everything, unless that was done, and tells so. */
    Observation drain(NetworkRequest request) {
        lock.lock();
        try {
            if (!stopped || left != null) {
                stop("drain");
            }
            return Drained.observation(request, record, left);
        } finally {
            lock.unlock();
        }
    }

    /** Whose network it is, while it is there or something of it is left; empty, too, where none ever was. */
    Optional<NetworkIdentity> present() {
        lock.lock();
        try {
            return stopped && left == null
                    ? Optional.empty()
                    : Optional.ofNullable(record).map(last -> last.plan().identity());
        } finally {
            lock.unlock();
        }
    }

    /** What {@link #stop} has left, in a clause. Does not block. */
    Optional<String> left() {
        return Optional.ofNullable(left);
    }

    /**
     * Stops everything, and removes every trace.
     *
     * @param why for the log
     * @return what is left, to be tried again; empty if nothing is
     */
    Optional<String> stop(String why) {
        lock.lock();
        logAbout(record == null ? null : record.plan().identity());
        try {
            stopped = true;
            Optional<String> leftNow = teardown.run(record, why);
            if (leftNow.isPresent() && !leftNow.get().equals(left)) {
                LOG.warn("Cannot stop a network, and tries again error={}", leftNow.get());
            }
            left = leftNow.orElse(null);
            return leftNow;
        } finally {
            LogContext.clear();
            lock.unlock();
        }
    }

    /** Ends supervision; what runs goes on. */
    void detach() {
        lock.lock();
        try {
            slirp.detach();
            target.release();
        } finally {
            lock.unlock();
        }
    }
}
