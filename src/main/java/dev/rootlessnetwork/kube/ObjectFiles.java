package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.ObjectYaml;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.launch.WorkQueue;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each object as last observed in the state directory, where {@code rootlessnet get} finds it also while the API server
 * does not answer. Thread-safe.
 */
final class ObjectFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectFiles.class);
    private static final Duration LAST_WRITES = Duration.ofSeconds(1);

    private final StateDirectory state;
    private final Predicate<String> isWanted;
    private final WorkQueue queue = new WorkQueue("file", 1, this::write);
    private final Map<String, Observed> observed = new ConcurrentHashMap<>();

    /** @param written whether the file says so */
    private record Observed(RootlessNetwork object, RootlessNetworkStatus status, boolean written) {
        boolean isSame(RootlessNetwork other, RootlessNetworkStatus otherStatus) {
            return object.generation() == other.generation() && status.equals(otherStatus);
        }
    }

    /** @param isWanted whether there is still an object of a UID; false for one before its files are removed */
    ObjectFiles(StateDirectory state, Predicate<String> isWanted) {
        this.state = state;
        this.isWanted = isWanted;
    }

    /** Writes an object down soon, unless its file says the same. Does not wait for a disk. */
    void keep(RootlessNetwork object, RootlessNetworkStatus status) {
        Observed before = observed.get(object.uid());
        if (before == null || !before.isSame(object, status)) {
            observed.put(object.uid(), new Observed(object, status, false));
            queue.add(object.uid());
        }
    }

    private void write(String uid) {
        Observed now = observed.get(uid);
        if (now == null || now.written) {
            return;
        }
        synchronized (this) {
            if (!isWanted.test(uid)) {
                observed.remove(uid);
                return;
            }
            try {
                state.writeStatus(uid, ObjectYaml.write(whole(now)));
                observed.replace(uid, now, new Observed(now.object, now.status, true));
            } catch (IOException e) {
                LOG.warn("Cannot store a status object={} error={}", now.object.key(), e.toString());
            }
        }
    }

    private static RootlessNetwork whole(Observed now) {
        RootlessNetwork whole = new RootlessNetwork();
        whole.setMetadata(new ObjectMetaBuilder(now.object.getMetadata())
                .withManagedFields(List.of())
                .build());
        whole.setSpec(now.object.getSpec());
        whole.setStatus(now.status);
        return whole;
    }

    /** Removes what was written of an object that is gone, and whose network was stopped. */
    synchronized void forget(String uid) {
        observed.remove(uid);
        try {
            state.deleteStatus(uid);
        } catch (IOException e) {
            LOG.warn("Cannot remove a stored status uid={} error={}", uid, e.toString());
        }
    }

    /** UIDs of objects of a node that an earlier agent wrote down without ever having started a network for them. */
    List<String> leftWithoutNetwork(String nodeName) throws IOException {
        return state.unrecorded().stream()
                .map(stored -> ObjectYaml.read(stored.yaml()))
                .flatMap(Optional::stream)
                .filter(object -> NodeFilter.isOf(nodeName, object) && isOfCluster(object))
                .map(RootlessNetwork::uid)
                .toList();
    }

    /** Manifests of {@code rootlessnet run}, which may have used this directory too, come without that field. */
    private static boolean isOfCluster(RootlessNetwork object) {
        return object.getMetadata().getUid() != null && object.getMetadata().getResourceVersion() != null;
    }

    /** Writes what waits, if that is soon done, and ends. */
    @Override
    public void close() {
        queue.close(LAST_WRITES);
    }
}
