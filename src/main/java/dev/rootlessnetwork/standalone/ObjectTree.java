package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.rootlessnetwork.api.RootlessNetwork;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The custom resource's objects as trees of JSON, and back. */
public final class ObjectTree {
    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ObjectTree() {}

    /** The tree of an object. */
    public static ObjectNode of(RootlessNetwork object) {
        return JSON.valueToTree(object);
    }

    /** An object of checked parts. */
    static RootlessNetwork toObject(ObjectNode metadata, @Nullable JsonNode spec) {
        ObjectNode tree = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", RootlessNetwork.GROUP + "/" + RootlessNetwork.VERSION)
                .put("kind", RootlessNetwork.KIND);
        tree.set("metadata", metadata);
        tree.set("spec", spec == null ? JsonNodeFactory.instance.objectNode() : spec);
        try {
            return JSON.treeToValue(tree, RootlessNetwork.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was checked does not fit the custom resource", e);
        }
    }

    /** @throws IOException if the tree is no object of ours; the message says why */
    static RootlessNetwork toObject(JsonNode tree) throws IOException {
        return JSON.treeToValue(tree, RootlessNetwork.class);
    }
}
