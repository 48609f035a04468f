package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import dev.rootlessnetwork.network.Violation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Holds a manifest's form against the classes of the custom resource: names of fields, and types of values. */
final class ManifestSchema {
    private static final Map<String, Type> TOP = topLevel();

    /** What a cluster's export may hold besides is nothing that we read. */
    private static final Map<String, Type> METADATA = Map.of(
            "name", String.class,
            "namespace", String.class,
            "uid", String.class,
            "generation", Long.class,
            "creationTimestamp", String.class);

    private static final int FARTHEST_TYPO = 3;

    private final List<Violation> violations = new ArrayList<>();

    private ManifestSchema() {}

    private static Map<String, Type> topLevel() {
        Map<String, Type> fields = new LinkedHashMap<>();
        fields.put("apiVersion", String.class);
        fields.put("kind", String.class);
        fields.put("metadata", Object.class);
        fields.put("spec", RootlessNetworkSpec.class);
        fields.put("status", Object.class);
        return fields;
    }

    /** Takes out of an object what does not fit, and tells of it. */
    static CheckedTree check(ManifestTree tree) {
        ManifestSchema schema = new ManifestSchema();
        ObjectNode object = ((ObjectNode) tree.json()).deepCopy();
        schema.checkFields(object, "", TOP);
        object.remove("status");
        JsonNode metadata = object.get("metadata");
        ObjectNode known = object.putObject("metadata");
        METADATA.forEach((name, type) -> {
            JsonNode value = metadata.get(name);
            if (value != null && !value.isNull() && schema.fits(value, type, "metadata." + name)) {
                known.set(name, value);
            }
        });
        return new CheckedTree(object, List.copyOf(schema.violations));
    }

    private void checkFields(ObjectNode object, String path, Map<String, Type> known) {
        Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            String child = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            Type type = known.get(field.getKey());
            if (type == null) {
                violations.add(new Violation(child, unknown(field.getKey(), known.keySet())));
                fields.remove();
            } else if (field.getValue().isNull()) {
                fields.remove(); // as if it were not written
            } else if (!fits(field.getValue(), type, child)) {
                fields.remove();
            }
        }
    }

    private boolean fits(JsonNode value, Type type, String path) {
        if (type instanceof ParameterizedType list) {
            return value instanceof ArrayNode array
                    ? itemsFit(array, list.getActualTypeArguments()[0], path)
                    : wrong(path, "a list", value);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            return value.isTextual() || wrong(path, "text", value);
        }
        if (plain == Boolean.class) {
            return value.isBoolean() || wrong(path, "true or false", value);
        }
        if (plain == Integer.class) {
            return (value.isIntegralNumber() && value.canConvertToInt()) || wrong(path, "a whole number", value);
        }
        if (plain == Long.class) {
            return (value.isIntegralNumber() && value.canConvertToLong()) || wrong(path, "a whole number", value);
        }
        if (plain.isRecord()) {
            if (!(value instanceof ObjectNode object)) {
                return wrong(path, "fields", value);
            }
            checkFields(object, path, fields(plain));
        }
        return true;
    }

    private boolean itemsFit(ArrayNode array, Type type, String path) {
        boolean allFit = true;
        for (int i = 0; i < array.size(); i++) {
            allFit &= fits(array.get(i), type, path + "[" + i + "]");
        }
        return allFit;
    }

    private static Map<String, Type> fields(Class<?> record) {
        Map<String, Type> fields = new LinkedHashMap<>();
        for (RecordComponent component : record.getRecordComponents()) {
            JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
            fields.put(property == null ? component.getName() : property.value(), component.getGenericType());
        }
        return fields;
    }

    private boolean wrong(String path, String expected, JsonNode found) {
        violations.add(new Violation(path, "expected " + expected + ", found " + describe(found)));
        return false;
    }

    private static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "the text \"" + value.asText() + "\"";
            case BOOLEAN -> "the truth value " + value.asText() + "; put text in quotes";
            case NUMBER -> "the number " + value.asText() + (value.isIntegralNumber() ? "; put text in quotes" : "");
            case ARRAY -> "a list";
            case OBJECT -> "fields";
            default -> "nothing";
        };
    }

    private static String unknown(String name, Set<String> known) {
        Optional<String> nearest = nearest(name, known);
        return "unknown field"
                + nearest.map(other -> "; did you mean " + other + "?")
                        .orElse("; known are " + String.join(", ", known));
    }

    /** The known name that a writer may have meant. */
    static Optional<String> nearest(String name, Set<String> known) {
        String lower = name.toLowerCase(java.util.Locale.ROOT);
        LevenshteinDistance distance = new LevenshteinDistance(FARTHEST_TYPO);
        record Candidate(String name, int distance) {}
        return known.stream()
                .map(other -> new Candidate(other, distance.apply(lower, other.toLowerCase(java.util.Locale.ROOT))))
                .filter(candidate -> candidate.distance() >= 0)
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .map(Candidate::name);
    }
}
