package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.util.HashMap;
import java.util.Map;

/** What an earlier process left of manifests' objects. */
final class LeftObjects {
    private LeftObjects() {}

    /**
     * Names by UID: networks with a record, and objects of ours that never got as far as to have one.
     *
     * @param recovered networks that the launcher knows to come from manifests
     * @param stored every object of the state directory, those of a cluster included
     */
    static Map<String, NetworkKey> of(Map<String, NetworkKey> recovered, Map<String, ObjectNode> stored) {
        Map<String, NetworkKey> left = new HashMap<>(recovered);
        stored.forEach((uid, object) -> {
            NetworkKey key = key(object);
            if (uid.equals(Metadata.derivedUid(key))) {
                left.putIfAbsent(uid, key);
            }
        });
        return left;
    }

    static NetworkKey key(ObjectNode object) {
        return new NetworkKey(
                object.path("metadata").path("namespace").asText(),
                object.path("metadata").path("name").asText());
    }
}
