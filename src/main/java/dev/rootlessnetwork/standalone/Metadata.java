package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.network.DnsName;
import dev.rootlessnetwork.network.NetworkKey;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads an object's metadata, as far as it counts without a cluster. */
final class Metadata {
    private static final String PATH = "metadata";
    static final String DEFAULT_NAMESPACE = "default";

    private static final Map<String, Shape> READ = Map.of(
            "name", new Shape.Text(),
            "namespace", new Shape.Text(),
            "uid", new Shape.Text(),
            "generation", new Shape.Whole(1, Long.MAX_VALUE),
            "creationTimestamp", new Shape.Text(),
            "labels", new Shape.Texts(),
            "annotations", new Shape.Texts());

    /** What an export from a cluster may hold besides. */
    private static final Set<String> IGNORED = Set.of(
            "clusterName",
            "deletionGracePeriodSeconds",
            "deletionTimestamp",
            "finalizers",
            "generateName",
            "managedFields",
            "ownerReferences",
            "resourceVersion",
            "selfLink");

    private final NodeReader reader;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();

    private Metadata(NodeReader reader) {
        this.reader = reader;
    }

    /** Metadata with namespace and UID filled in where they are omitted; of no use if the reader noted anything. */
    static ObjectNode read(@Nullable Node node, NodeReader reader) {
        Metadata metadata = new Metadata(reader);
        if (node == null) {
            reader.refuse(PATH, "is missing; every object needs a name");
        } else {
            metadata.read(node);
        }
        return metadata.json;
    }

    private void read(Node node) {
        Set<String> known = new HashSet<>(READ.keySet());
        known.addAll(IGNORED);
        reader.entries(node, PATH).forEach((name, value) -> {
            Shape shape = READ.get(name);
            if (shape != null) {
                JsonNode read = reader.read(value, shape, PATH + "." + name);
                if (read != null) {
                    json.set(name, read);
                }
            } else if (!IGNORED.contains(name)) {
                reader.refuse(PATH + "." + name, "unknown field" + NearestName.hint(name, known));
            }
        });
        if (json.has("name")) {
            judge("name", DnsName::subdomainProblem);
        } else {
            reader.refuse(PATH + ".name", "is missing; every object needs a name");
        }
        if (!json.has("namespace")) {
            json.put("namespace", DEFAULT_NAMESPACE);
        }
        judge("namespace", DnsName::labelProblem);
        if (json.path("uid").asText().isEmpty()) {
            NetworkKey key = new NetworkKey(
                    json.path("namespace").asText(), json.path("name").asText());
            json.put("uid", derivedUid(key));
        }
    }

    private void judge(String field, Function<String, Optional<String>> problem) {
        problem.apply(json.path(field).asText()).ifPresent(message -> reader.refuse(PATH + "." + field, message));
    }

    /** The UID of an object whose manifest gives none. */
    static String derivedUid(NetworkKey key) {
        byte[] name = (RootlessNetwork.GROUP + "/" + key).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString();
    }
}
