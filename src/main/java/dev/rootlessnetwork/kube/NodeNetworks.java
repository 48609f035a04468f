package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.SpecMapper;
import dev.rootlessnetwork.launch.FirstAttempt;
import dev.rootlessnetwork.launch.Footprint;
import dev.rootlessnetwork.launch.Launcher;
import dev.rootlessnetwork.launch.LauncherListener;
import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.WorkQueue;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks of this node's objects, by UID: which objects there are, and what becomes of networks whose object is gone or not
 * known yet. Thread-safe.
 */
final class NodeNetworks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeNetworks.class);

    /** To stop a network is mostly to wait for slirp4netns and the kernel. */
    private static final int THREADS = 8;

    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final String NODE = "node";
    private static final Duration LONG_START = Duration.ofMillis(200);

    private final SpecMapper mapper;
    private final Listener listener;
    private final WorkQueue queue = new WorkQueue("stop", THREADS, this::work);
    private final WorkQueue clearing = new WorkQueue("clear", 1, node -> clear());
    private final CountDownLatch open = new CountDownLatch(1);
    private final String nodeName;
    private final Launcher launcher;
    private final Map<String, NetworkKey> objects = new ConcurrentHashMap<>();
    private final ObjectFiles files;
    private final Set<String> untried = ConcurrentHashMap.newKeySet();
    private final boolean drain;
    private volatile boolean complete;
    private volatile boolean cleared;
    private volatile String uncleared = "";

    /** Hears of what is to be done next. By any thread; must not block. */
    interface Listener {
        /** An object should be reconciled again. */
        void changed(NetworkKey object);

        /** The network of an object that is gone was stopped. */
        void stopped(String uid);
    }

    /** Adopts what an earlier agent left; from now on it is repaired. */
    NodeNetworks(ControllerSettings settings, LauncherListener metrics, Listener listener) throws IOException {
        this.mapper = new SpecMapper(settings.launcher().source(), settings.defaults(), settings.interfaceExists());
        this.listener = listener;
        this.nodeName = settings.nodeName();
        this.drain = settings.drain();
        this.files = new ObjectFiles(settings.state(), objects::containsKey);
        this.launcher = Launcher.open(settings.launcher(), settings.state(), metrics, this::changed);
        open.countDown();
    }

    private void changed(String uid) {
        NetworkKey object = objects.get(uid);
        if (object != null) {
            listener.changed(object);
        } else if (!complete && !drain) {
            queue.add(uid);
        }
    }

    /** An object is there. */
    void appeared(RootlessNetwork object) {
        boolean isNew = objects.put(object.uid(), object.key()) == null;
        if (isNew && complete && !drain) {
            announce(List.of(object));
        }
    }

    /** An object is gone, or about to be. */
    void disappeared(String uid) {
        if (objects.remove(uid) != null) {
            queue.add(uid);
        }
    }

    /** All objects of this node are known now: what an earlier agent left for others is stopped. */
    void complete(Collection<RootlessNetwork> all) {
        all.forEach(object -> objects.put(object.uid(), object.key()));
        untried.addAll(objects.keySet());
        List<NetworkIdentity> unclaimed = launcher.recovered().stream()
                .filter(identity -> !objects.containsKey(identity.uid()))
                .toList();
        unclaimed.forEach(identity -> untried.add(identity.uid()));
        if (!drain) {
            announce(all);
        }
        complete = true;
        for (NetworkIdentity identity : unclaimed) {
            LOG.info("Stopping a network whose object is gone network={}", identity.key());
            queue.add(identity.uid());
        }
        if (untried.isEmpty()) {
            allTried();
        }
        forgetOthers();
    }

    /** Objects that went while no agent was here, and never had a network. */
    private void forgetOthers() {
        try {
            files.leftWithoutNetwork(nodeName).forEach(queue::add);
        } catch (IOException e) {
            LOG.warn("Cannot read the objects that an earlier agent left error={}", e.toString());
        }
    }

    private void announce(Collection<RootlessNetwork> added) {
        launcher.announce(added.stream()
                .map(mapper::map)
                .filter(NetworkRequest.Run.class::isInstance)
                .map(NetworkRequest.Run.class::cast)
                .toList());
    }

    /**
     * Makes an object's spec true as far as possible now, or stops its network where this node is drained. Blocks for one start of slirp4netns at most.
     *
     * @param takesLong told of the start if that is not over soon, by another thread; null: nobody is to be told
     */
    Observation converge(RootlessNetwork object, @Nullable Consumer<Observation> takesLong) {
        NetworkRequest request = mapper.map(object);
        if (drain) {
            return launcher.drain(request);
        }
        Future<?> telling = takesLong != null && request instanceof NetworkRequest.Run run
                ? queue.later(LONG_START, () -> takesLong.accept(FirstAttempt.observation(run.plan())))
                : CompletableFuture.completedFuture(null);
        Observation observation = launcher.converge(request);
        telling.cancel(false);
        if (!objects.containsKey(object.uid())) {
            queue.add(object.uid()); // it went while it was being started
        }
        tried(object.uid());
        return observation;
    }

    /** Whether an object is there still, as far as is known. */
    boolean has(RootlessNetwork object) {
        return objects.containsKey(object.uid());
    }

    /** Memory of each network in bytes, by UID. */
    Map<String, Long> memory() {
        return launcher.memory();
    }

    /** What came through the ports; blocks for a second at most. */
    NodeTraffic traffic() {
        return launcher.traffic();
    }

    /** Keeps an object with its status where {@code rootlessnet get} finds it. Does not block. */
    void observed(RootlessNetwork object, RootlessNetworkStatus status) {
        if (drain) {
            if (launcher.left(object.uid()).isEmpty()) {
                tried(object.uid()); // not before there is a status to be written
            }
        } else {
            files.keep(object, status);
        }
    }

    /** What keeps a node that is drained from being so; empty if nothing is left on it. */
    Optional<String> left() {
        int networks = untried.size();
        if (networks > 0) {
            String why = untried.stream()
                    .flatMap(uid -> launcher.left(uid).stream())
                    .findFirst()
                    .map(left -> ": " + left)
                    .orElse("");
            return Optional.of((networks == 1
                            ? "1 network is still to be stopped"
                            : networks + " networks are still to be stopped")
                    + why);
        }
        return cleared ? Optional.empty() : Optional.of("relays and files are still to be removed" + uncleared);
    }

    private void tried(String uid) {
        if (untried.remove(uid)) {
            if (drain) {
                LOG.info("Draining networks-left={}", untried.size());
            }
            if (untried.isEmpty()) {
                allTried();
            }
        }
    }

    private void allTried() {
        launcher.stopOrphans();
        Footprint.trimSoon(queue);
        if (drain) {
            clearing.add(NODE);
        }
    }

    private void clear() {
        try {
            List<NetworkKey> others = launcher.clear();
            cleared = true;
            if (others.isEmpty()) {
                LOG.info("Drained: nothing is left on this node");
            } else {
                LOG.warn(
                        "Drained: no network of the cluster is left on this node. Its state directory, and what else they share, is kept"
                                + " for networks of 'rootlessnet run', which 'rootlessnet delete' stops networks={}",
                        others);
            }
        } catch (IOException e) {
            String why = ": " + e.getMessage();
            if (!why.equals(uncleared)) {
                uncleared = why;
                LOG.warn("Cannot remove what is left of the networks, and tries again error={}", e.getMessage());
            }
            clearing.addAfter(NODE, AGAIN);
        }
    }

    /** Only of objects that are gone or not known yet; the others are reconciled. */
    private void work(String uid) {
        awaitOpen();
        if (objects.containsKey(uid)) {
            return;
        }
        if (complete) {
            if (launcher.stop(uid).isPresent()) {
                queue.addAfter(uid, AGAIN);
                if (!drain) {
                    tried(uid);
                }
                return;
            }
            files.forget(uid);
            tried(uid);
            listener.stopped(uid);
            NetworkKey again = objects.get(uid);
            if (again != null) {
                listener.changed(again); // it came back to this node, perhaps before it was stopped here
            }
        } else {
            launcher.repair(uid).map(Observation::retryAfter).ifPresent(delay -> queue.addAfter(uid, delay));
        }
    }

    /** The launcher may call back while it is being opened. */
    private void awaitOpen() {
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends supervision, after the work under way; networks go on. */
    @Override
    public void close() throws IOException {
        queue.close(Duration.ZERO);
        clearing.close(Duration.ZERO);
        files.close();
        launcher.close();
    }
}
