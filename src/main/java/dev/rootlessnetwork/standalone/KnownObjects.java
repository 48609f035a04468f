package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The objects of a state directory with statuses that are true now, whether an operator runs or not. */
public final class KnownObjects {
    /** Of a state directory that is not there. */
    public static final KnownObjects NONE = new KnownObjects(Map.of());

    private final Map<NetworkKey, ObjectNode> byKey;

    private KnownObjects(Map<NetworkKey, ObjectNode> byKey) {
        this.byKey = byKey;
    }

    /** Reads all, and corrects statuses that tell of a slirp4netns which has ended since. */
    public static KnownObjects read(StateDirectory state) throws IOException {
        Map<NetworkKey, ObjectNode> byKey = new TreeMap<>();
        for (StoredObjects.Stored stored : StoredObjects.list(state)) {
            ObjectNode object = stored.object();
            int pid = object.path("status").path("slirp4netns").path("pid").asInt();
            if (pid > 0 && !StateDirectory.isSlirpOf(stored.file(), pid)) {
                EndedSlirp.correct(object, pid, state.owner().isPresent(), Instant.now());
            }
            byKey.put(LeftObjects.key(object), object);
        }
        return new KnownObjects(byKey);
    }

    /** Sorted by namespace and name. */
    public List<ObjectNode> all() {
        return List.copyOf(byKey.values());
    }

    public Collection<NetworkKey> keys() {
        return byKey.keySet();
    }

    public Optional<ObjectNode> find(NetworkKey key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** What the user means by {@code name} or {@code namespace/name}. */
    public static NetworkKey key(String name) {
        int slash = name.indexOf('/');
        return slash < 0
                ? new NetworkKey(Metadata.DEFAULT_NAMESPACE, name)
                : new NetworkKey(name.substring(0, slash), name.substring(slash + 1));
    }
}
