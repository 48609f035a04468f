package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML document as a JSON tree that remembers lines. Plain scalars are numbers and booleans only where kubectl would take
 * them for such: a MAC address is text.
 *
 * @param lines by path, such as {@code spec.ports[0].name}; from 1 on
 */
record ManifestTree(JsonNode json, Map<String, Integer> lines) {
    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern TRUE = Pattern.compile("true|True|TRUE|yes|Yes|YES|on|On|ON");
    private static final Pattern FALSE = Pattern.compile("false|False|FALSE|no|No|NO|off|Off|OFF");
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    /** More than any real manifest has; aliases of aliases could stand for billions. */
    private static final int MOST_NODES = 500_000;

    private static final class Builder {
        private final Map<String, Integer> lines = new HashMap<>();
        private int nodes;
    }

    /** @throws MarkedYAMLException if a key is no text or occurs twice, or aliases stand for too much */
    static ManifestTree of(@Nullable Node document) {
        Builder builder = new Builder();
        JsonNode json = document == null ? JsonNodeFactory.instance.nullNode() : convert(document, "", builder);
        return new ManifestTree(json, builder.lines);
    }

    boolean isNull() {
        return json.isNull();
    }

    /** Where it begins. */
    int line() {
        return lines.getOrDefault("", 1);
    }

    /** An item of a list's {@code items}, as a document of its own. */
    ManifestTree item(int index) {
        String prefix = "items[" + index + "]";
        Map<String, Integer> own = new HashMap<>();
        lines.forEach((path, line) -> {
            if (path.equals(prefix)) {
                own.put("", line);
            } else if (path.startsWith(prefix + ".")) {
                own.put(path.substring(prefix.length() + 1), line);
            }
        });
        return new ManifestTree(json.path("items").path(index), own);
    }

    private static JsonNode convert(Node node, String path, Builder builder) {
        if (++builder.nodes > MOST_NODES) {
            throw new Invalid("document stands for more than " + MOST_NODES + " values", node.getStartMark());
        }
        builder.lines.putIfAbsent(path, node.getStartMark().getLine() + 1);
        if (node instanceof MappingNode mapping) {
            return object(mapping, path, builder);
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (Node item : sequence.getValue()) {
                array.add(convert(item, path + "[" + array.size() + "]", builder));
            }
            return array;
        }
        return scalar((ScalarNode) node);
    }

    private static ObjectNode object(MappingNode mapping, String path, Builder builder) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new Invalid("a key must be text", tuple.getKeyNode().getStartMark());
            }
            String name = key.getValue();
            if (object.has(name)) {
                throw new Invalid("key \"" + name + "\" occurs twice", key.getStartMark());
            }
            String child = path.isEmpty() ? name : path + "." + name;
            builder.lines.put(child, key.getStartMark().getLine() + 1);
            object.set(name, convert(tuple.getValueNode(), child, builder));
        }
        return object;
    }

    private static JsonNode scalar(ScalarNode node) {
        String text = node.getValue();
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (node.getScalarStyle() != ScalarStyle.PLAIN) {
            return json.textNode(text);
        }
        if (NULL.matcher(text).matches()) {
            return json.nullNode();
        }
        if (TRUE.matcher(text).matches() || FALSE.matcher(text).matches()) {
            return json.booleanNode(TRUE.matcher(text).matches());
        }
        if (INTEGER.matcher(text).matches()) {
            return json.numberNode(new BigInteger(text));
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return json.numberNode(new BigInteger(text.substring(2), 16));
        }
        if (FLOAT.matcher(text).matches()) {
            return json.numberNode(Double.parseDouble(text));
        }
        return json.textNode(text);
    }

    private static final class Invalid extends MarkedYAMLException {
        private static final long serialVersionUID = 1L;

        Invalid(String problem, Mark mark) {
            super(null, null, problem, mark);
        }
    }
}
