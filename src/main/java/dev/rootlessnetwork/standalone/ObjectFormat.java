package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.api.ObjectYaml;
import java.util.Collection;

/** Objects as text for programs and people. */
public final class ObjectFormat {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper();

    private ObjectFormat() {}

    /** One YAML document, without a marker before it, ending with a line feed. */
    public static String yaml(JsonNode object) {
        return ObjectYaml.write(object);
    }

    /** A stream of YAML documents. */
    public static String yamlStream(Collection<? extends JsonNode> objects) {
        StringBuilder stream = new StringBuilder();
        objects.forEach(object -> stream.append("---\n").append(yaml(object)));
        return stream.toString();
    }

    /** One line of JSON, without a line feed. */
    public static String jsonLine(JsonNode object) {
        return write(JSON.writer(), object);
    }

    /** A {@code List} of objects, ending with a line feed. */
    public static String jsonList(Collection<? extends JsonNode> objects) {
        ObjectNode list =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "List");
        ArrayNode items = list.putArray("items");
        objects.forEach(items::add);
        return write(JSON.writerWithDefaultPrettyPrinter(), list) + "\n";
    }

    /** @throws JsonProcessingException if it is not YAML */
    static JsonNode readYaml(String yaml) throws JsonProcessingException {
        return YAML.readTree(yaml);
    }

    private static String write(ObjectWriter writer, JsonNode tree) {
        try {
            return writer.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }
}
