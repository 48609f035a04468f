package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.launch.StateDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The objects of a state directory, as they were last observed. */
final class StoredObjects {
    private static final Logger LOG = LoggerFactory.getLogger(StoredObjects.class);

    private StoredObjects() {}

    /** An object with the file that it was read from. */
    record Stored(StateDirectory.StoredStatus file, String uid, ObjectNode object) {}

    /** Trees by UID; what is garbled is left out, with a warning. */
    static Map<String, ObjectNode> read(StateDirectory state) throws IOException {
        Map<String, ObjectNode> objects = new LinkedHashMap<>();
        list(state).forEach(stored -> objects.put(stored.uid(), stored.object()));
        return objects;
    }

    /** All of them; what is garbled is left out, with a warning. */
    static List<Stored> list(StateDirectory state) throws IOException {
        List<Stored> objects = new ArrayList<>();
        for (StateDirectory.StoredStatus stored : state.statuses()) {
            try {
                JsonNode tree = ObjectFormat.readYaml(stored.yaml());
                String uid = tree.path("metadata").path("uid").asText();
                if (tree instanceof ObjectNode object && !uid.isEmpty()) {
                    objects.add(new Stored(stored, uid, object));
                } else {
                    LOG.warn("Ignoring a status file that holds no object file={}", stored.file());
                }
            } catch (JsonProcessingException e) {
                LOG.warn("Ignoring a garbled status file file={} error={}", stored.file(), e.getOriginalMessage());
            }
        }
        return objects;
    }
}
