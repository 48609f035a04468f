package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rootlessnetwork.network.Violation;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a tree of one known shape: keeps what fits, and notes everything that does not. A null is no value, as in
 * Kubernetes.
 */
final class NodeReader {
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

    /** Words that YAML 1.1, and with it kubectl, takes for true and false where they are not quoted. */
    private static final Map<String, Boolean> WORDS_OF_YAML_1_1 = wordsOfYaml11();

    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Integer> lines = new HashMap<>();

    /** @param line where the object begins */
    NodeReader(int line) {
        lines.put("", line);
    }

    /** What did not fit, in the order of the text. */
    List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** Line by path of each field that was met; of the object itself by the empty path. */
    Map<String, Integer> lines() {
        return Map.copyOf(lines);
    }

    /** The line of a field that was met; else that of the object. */
    int line(String field) {
        return lines.getOrDefault(field, lines.getOrDefault("", 1));
    }

    /** Notes something that the caller found wrong. */
    void refuse(String path, String message) {
        violations.add(new Violation(path, message));
    }

    /** The fitting part of a tree; null if nothing of it fits. */
    @Nullable
    JsonNode read(Node node, Shape shape, String path) {
        lines.putIfAbsent(path, YamlText.line(node));
        if (isNull(node)) {
            return null;
        }
        if (shape instanceof Shape.Fields fields) {
            return fields(node, fields, path);
        }
        if (shape instanceof Shape.ListOf list) {
            return list(node, list, path);
        }
        if (shape instanceof Shape.Whole whole) {
            return whole(node, whole, path);
        }
        if (shape instanceof Shape.Texts) {
            return texts(node, path);
        }
        return shape instanceof Shape.Flag ? flag(node, path) : text(node, path);
    }

    /** The entries of a mapping by key, each key once; empty, and noted, if it is none. */
    Map<String, Node> entries(Node node, String path) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            expected("an object", node, path);
            return entries;
        }
        Set<String> twice = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                refuse(path, "a field's name must be text, not " + describe(tuple.getKeyNode()));
                continue;
            }
            String field = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
            if (entries.putIfAbsent(key.getValue(), tuple.getValueNode()) == null) {
                lines.put(field, YamlText.line(key));
            } else if (twice.add(field)) {
                lines.put(field, YamlText.line(key));
                refuse(field, "is given twice; remove one of the two");
            }
        }
        return entries;
    }

    private @Nullable JsonNode fields(Node node, Shape.Fields shape, String path) {
        if (!(node instanceof MappingNode)) {
            expected("an object", node, path);
            return null;
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        entries(node, path).forEach((name, value) -> {
            String field = path + "." + name;
            Shape known = shape.byName().get(name);
            if (known == null) {
                refuse(
                        field,
                        "unknown field" + NearestName.hint(name, shape.byName().keySet()));
                return;
            }
            JsonNode read = read(value, known, field);
            if (read != null) {
                object.set(name, read);
            }
        });
        return object;
    }

    private @Nullable JsonNode list(Node node, Shape.ListOf shape, String path) {
        if (!(node instanceof SequenceNode sequence)) {
            expected("a list", node, path);
            return null;
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int index = 0;
        for (Node element : sequence.getValue()) {
            String field = path + "[" + index++ + "]";
            if (isNull(element)) {
                lines.put(field, YamlText.line(element));
                refuse(field, "is empty");
            }
            JsonNode read = read(element, shape.element(), field);
            // A placeholder keeps the indices of those that follow.
            list.add(read == null ? JsonNodeFactory.instance.objectNode() : read);
        }
        return list;
    }

    private JsonNode texts(Node node, String path) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        entries(node, path).forEach((name, value) -> {
            JsonNode read = isNull(value) ? null : text(value, path + "." + name);
            if (read != null) {
                object.set(name, read);
            }
        });
        return object;
    }

    private @Nullable JsonNode whole(Node node, Shape.Whole shape, String path) {
        if (!(node instanceof ScalarNode scalar) || !isPlain(scalar) || !isNumber(scalar)) {
            expected("a whole number", node, path);
            return null;
        }
        if (!DECIMAL.matcher(scalar.getValue()).matches()) {
            refuse(path, "expected a whole number in decimal digits without leading zeros, found " + scalar.getValue());
            return null;
        }
        BigInteger value = new BigInteger(scalar.getValue());
        if (value.compareTo(BigInteger.valueOf(shape.smallest())) < 0
                || value.compareTo(BigInteger.valueOf(shape.largest())) > 0) {
            refuse(
                    path,
                    "expected a whole number from " + shape.smallest() + " to " + shape.largest() + ", found " + value);
            return null;
        }
        return LongNode.valueOf(value.longValue());
    }

    private @Nullable JsonNode flag(Node node, String path) {
        if (node instanceof ScalarNode scalar && isPlain(scalar)) {
            if (scalar.getTag().equals(Tag.BOOL)) {
                return BooleanNode.valueOf(Boolean.parseBoolean(scalar.getValue()));
            }
            Boolean word = WORDS_OF_YAML_1_1.get(scalar.getValue());
            if (word != null) {
                return BooleanNode.valueOf(word);
            }
        }
        expected("true or false", node, path);
        return null;
    }

    private @Nullable JsonNode text(Node node, String path) {
        if (node instanceof ScalarNode scalar && isText(scalar)) {
            return TextNode.valueOf(scalar.getValue());
        }
        refuse(
                path,
                "expected text, found " + describe(node) + (node instanceof ScalarNode ? "; put it in quotes" : ""));
        return null;
    }

    private void expected(String what, Node node, String path) {
        refuse(path, "expected " + what + ", found " + describe(node));
    }

    private static String describe(Node node) {
        if (node instanceof MappingNode) {
            return "an object";
        }
        if (!(node instanceof ScalarNode scalar)) {
            return "a list";
        }
        if (isNull(scalar)) {
            return "nothing";
        }
        String value = scalar.getValue();
        if (isPlain(scalar) && isNumber(scalar)) {
            return "the number " + value;
        }
        if (!isText(scalar)) {
            return scalar.getTag().equals(Tag.BOOL) || isWordOfYaml11(scalar)
                    ? "the truth value " + value
                    : "a value of type " + scalar.getTag().getValue();
        }
        return "\"" + value + "\"";
    }

    private static boolean isText(ScalarNode scalar) {
        return scalar.getTag().equals(Tag.STR) && !isWordOfYaml11(scalar);
    }

    private static boolean isWordOfYaml11(ScalarNode scalar) {
        return isPlain(scalar) && WORDS_OF_YAML_1_1.containsKey(scalar.getValue());
    }

    private static boolean isNumber(ScalarNode scalar) {
        return scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT);
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static boolean isPlain(ScalarNode scalar) {
        return scalar.getScalarStyle() == ScalarStyle.PLAIN;
    }

    private static Map<String, Boolean> wordsOfYaml11() {
        Map<String, Boolean> words = new HashMap<>();
        for (String word : List.of("yes", "Yes", "YES", "on", "On", "ON")) {
            words.put(word, true);
        }
        for (String word : List.of("no", "No", "NO", "off", "Off", "OFF")) {
            words.put(word, false);
        }
        return words;
    }
}
