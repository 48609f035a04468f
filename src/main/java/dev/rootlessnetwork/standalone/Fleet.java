package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.SpecMapper;
import dev.rootlessnetwork.api.StatusMapper;
import dev.rootlessnetwork.launch.FirstAttempt;
import dev.rootlessnetwork.launch.Footprint;
import dev.rootlessnetwork.launch.Launcher;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.WorkQueue;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects that run: asks the launcher for each what its manifest wants, and tells what becomes of it. What is wanted
 * is set by one thread; the work is done by those of the queue, never two at a time on one object.
 */
final class Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final int THREADS = 8;
    private static final int MOST_THREADS = 256;
    private static final Duration LONG_START = Duration.ofMillis(200);
    private static final Duration STOP_AGAIN = Duration.ofSeconds(5);

    /** Enough for slirp4netns to end by SIGTERM, or after two seconds by SIGKILL; a start that hangs takes longer. */
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(3);

    private final RunSettings settings;
    private final Listener listener;
    private final SpecMapper mapper;
    private final WorkQueue queue;
    private final Launcher launcher;
    private final Editions editions = new Editions();
    private final Map<String, ObjectNode> stored;
    private final Map<String, Manifest> wanted = new ConcurrentHashMap<>();
    private final Map<String, NetworkKey> unwanted = new ConcurrentHashMap<>();
    private final Map<String, Published> published = new ConcurrentHashMap<>();

    /** Hears of finished work, in threads of the queue. */
    interface Listener {
        /** An object was converged once more. */
        void converged(String uid, Observation observation, RootlessNetworkStatus status);

        /** An object was stopped. */
        void stopped(String uid);
    }

    /**
     * What was last told of an object.
     *
     * @param manifest that it was told for; null: in an earlier process
     * @param tree the whole object
     */
    private record Published(@Nullable Manifest manifest, RootlessNetworkStatus status, ObjectNode tree) {}

    Fleet(RunSettings settings, Listener listener) throws IOException {
        this.settings = settings;
        this.listener = listener;
        this.mapper = new SpecMapper(settings.launcher().source(), settings.defaults(), settings.interfaceExists());
        this.queue = new WorkQueue("converge", THREADS, this::work);
        this.stored = StoredObjects.read(settings.state());
        for (Map.Entry<String, ObjectNode> object : stored.entrySet()) {
            remember(object.getKey(), object.getValue());
        }
        this.launcher = Launcher.open(settings.launcher(), settings.state(), queue::add);
        Footprint.trimSoon(queue);
    }

    private void remember(String uid, ObjectNode tree) {
        try {
            RootlessNetwork object = ObjectTree.toObject(tree);
            editions.remember(object);
            if (object.getStatus() != null) {
                published.put(uid, new Published(null, object.getStatus(), tree));
            }
        } catch (IOException e) {
            LOG.warn("Ignoring a stored object that cannot be read uid={} error={}", uid, e.getMessage());
        }
    }

    /** Objects as an earlier process left them, by UID. */
    Map<String, ObjectNode> stored() {
        return stored;
    }

    /** Networks that an earlier process left, by UID. */
    Map<String, NetworkKey> recovered() {
        Map<String, NetworkKey> recovered = new HashMap<>();
        for (NetworkIdentity identity : launcher.recovered()) {
            recovered.put(identity.uid(), identity.key());
        }
        return recovered;
    }

    /** Runs these objects and, of those that it ran before, no others. Does not block. */
    void want(Map<String, Manifest> byUid) {
        wanted.forEach((uid, manifest) -> {
            if (!byUid.containsKey(uid)) {
                drop(uid, manifest.key());
            }
        });
        List<Manifest> changed = new ArrayList<>();
        byUid.forEach((uid, manifest) -> {
            if (!manifest.isReading(wanted.get(uid))) {
                changed.add(manifest);
            }
        });
        changed.sort(Comparator.comparing(Manifest::key));
        List<NetworkRequest.Run> batch = new ArrayList<>();
        for (Manifest manifest : changed) {
            editions.number(manifest);
            if (request(manifest) instanceof NetworkRequest.Run run) {
                batch.add(run);
            }
        }
        launcher.announce(batch);
        for (Manifest manifest : changed) {
            unwanted.remove(manifest.uid());
            wanted.put(manifest.uid(), manifest);
            queue.add(manifest.uid());
        }
    }

    /** Stops an object, whether it was run by this process or by an earlier one. Does not block. */
    void drop(String uid, NetworkKey key) {
        unwanted.put(uid, key);
        wanted.remove(uid);
        editions.forget(uid);
        queue.add(uid);
    }

    /** Stops slirp4netns processes that no record tells of. For when all objects were converged once. */
    void stopOrphans() {
        launcher.stopOrphans();
    }

    private NetworkRequest request(Manifest manifest) {
        Published before = published.get(manifest.uid());
        manifest.object().setStatus(before == null ? null : before.status());
        return mapper.map(manifest.object(), manifest.violations());
    }

    private void work(String uid) {
        Manifest manifest = wanted.get(uid);
        if (manifest != null) {
            converge(manifest);
            return;
        }
        NetworkKey key = unwanted.get(uid);
        if (key != null) {
            if (launcher.stop(uid).isPresent()) {
                queue.addAfter(uid, STOP_AGAIN);
                return;
            }
            published.remove(uid);
            unwanted.remove(uid);
            settings.printer().removed(key);
            listener.stopped(uid);
        }
    }

    private void converge(Manifest manifest) {
        String uid = manifest.uid();
        NetworkRequest request = request(manifest);
        Future<?> starting = tellOfALongStart(manifest, request);
        Observation observation = launcher.converge(request);
        starting.cancel(false);
        if (observation.retryAfter() != null) {
            queue.addAfter(uid, observation.retryAfter());
        }
        listener.converged(uid, observation, publish(manifest, observation));
    }

    /** A first attempt is told of only if it takes its time: mostly it is over sooner than it could be written down. */
    private Future<?> tellOfALongStart(Manifest manifest, NetworkRequest request) {
        if (!(request instanceof NetworkRequest.Run run) || published.containsKey(manifest.uid())) {
            return CompletableFuture.completedFuture(null);
        }
        return queue.later(LONG_START, () -> {
            synchronized (manifest) {
                if (!published.containsKey(manifest.uid())) {
                    publish(manifest, FirstAttempt.observation(run.plan()));
                }
            }
        });
    }

    private RootlessNetworkStatus publish(Manifest manifest, Observation observation) {
        synchronized (manifest) {
            Instant now = settings.clock().instant();
            Published before = published.get(manifest.uid());
            RootlessNetworkStatus status = StatusMapper.map(
                    observation, manifest.object().getSpec(), before == null ? null : before.status(), now);
            publish(manifest, status, before, now);
            return status;
        }
    }

    private void publish(Manifest manifest, RootlessNetworkStatus status, @Nullable Published before, Instant now) {
        boolean sameStatus = before != null && status.equals(before.status());
        if (sameStatus && before != null && manifest.isReading(before.manifest())) {
            return;
        }
        ObjectNode tree = tree(manifest, status, before, now);
        published.put(manifest.uid(), new Published(manifest, status, tree));
        try {
            settings.state().writeStatus(manifest.uid(), ObjectFormat.yaml(tree));
        } catch (IOException e) {
            LOG.warn("Cannot store a status object={} error={}", manifest.key(), e.toString());
        }
        if (!sameStatus || before == null || before.manifest() == null) {
            settings.printer().changed(tree);
        }
    }

    private static ObjectNode tree(
            Manifest manifest, RootlessNetworkStatus status, @Nullable Published before, Instant now) {
        manifest.object().setStatus(status);
        ObjectNode tree = ObjectTree.of(manifest.object());
        ObjectNode metadata = (ObjectNode) tree.get("metadata");
        if (!metadata.hasNonNull("creationTimestamp")) {
            String created = before == null
                    ? ""
                    : before.tree().path("metadata").path("creationTimestamp").asText();
            metadata.put(
                    "creationTimestamp",
                    created.isEmpty() ? now.truncatedTo(ChronoUnit.SECONDS).toString() : created);
        }
        return tree;
    }

    /** All objects that run, with their status, sorted by namespace and name. */
    List<ObjectNode> objects() {
        return wanted.values().stream()
                .sorted(Comparator.comparing(Manifest::key))
                .map(manifest -> published.get(manifest.uid()))
                .filter(told -> told != null)
                .map(Published::tree)
                .toList();
    }

    /** Stops every network, those that this process has not claimed yet included, all at the same time. */
    void stopAll() throws InterruptedException {
        queue.widen(MOST_THREADS);
        recovered().forEach((uid, key) -> {
            if (!wanted.containsKey(uid)) {
                drop(uid, key);
            }
        });
        wanted.forEach((uid, manifest) -> drop(uid, manifest.key()));
        if (!queue.awaitIdle(PATIENCE_AT_END)) {
            // A slirp4netns that is being waited for, as it does not get ready. Whatever child we have is to end now.
            ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
            queue.awaitIdle();
        }
    }

    /** Ends supervision, after the work under way; what runs goes on. */
    void detach() throws IOException, InterruptedException {
        queue.shutDown();
        launcher.close();
    }
}
