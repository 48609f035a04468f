package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.Collection;
import java.util.regex.Pattern;

/** Objects as text for programs and people. */
public final class ObjectFormat {
    private static final ObjectMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .stringQuotingChecker(new Words())
            .build());
    private static final ObjectMapper JSON = new ObjectMapper();

    private ObjectFormat() {}

    /** Leaves the quotes away from words only: what begins with a digit may be a number to one reader or another. */
    private static final class Words extends StringQuotingChecker.Default {
        private static final long serialVersionUID = 1L;
        private static final Pattern WORD = Pattern.compile("[A-Za-z/]([-A-Za-z0-9._/ ]*[-A-Za-z0-9._/])?");

        @Override
        public boolean needToQuoteValue(String value) {
            return !WORD.matcher(value).matches() || super.needToQuoteValue(value);
        }
    }

    /** One YAML document, without a marker before it, ending with a line feed. */
    public static String yaml(JsonNode object) {
        return write(YAML, object);
    }

    /** A stream of YAML documents. */
    public static String yamlStream(Collection<? extends JsonNode> objects) {
        StringBuilder stream = new StringBuilder();
        objects.forEach(object -> stream.append("---\n").append(yaml(object)));
        return stream.toString();
    }

    /** One line of JSON, without a line feed. */
    public static String jsonLine(JsonNode object) {
        return write(JSON, object);
    }

    /** A {@code List} of objects, ending with a line feed. */
    public static String jsonList(Collection<? extends JsonNode> objects) {
        ObjectNode list =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "List");
        ArrayNode items = list.putArray("items");
        objects.forEach(items::add);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(list) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    /** @throws JsonProcessingException if it is not YAML */
    static JsonNode readYaml(String yaml) throws JsonProcessingException {
        return YAML.readTree(yaml);
    }

    private static String write(ObjectMapper mapper, JsonNode tree) {
        try {
            return mapper.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }
}
