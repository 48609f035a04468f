package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.primitives.Primitives;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.testing.ApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the custom resource definition and the classes together. */
class CrdTest {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Map<Class<?>, String> SCALARS = Map.of(
            String.class, "string",
            Boolean.class, "boolean",
            Integer.class, "integer/int32",
            Long.class, "integer/int64");

    private static JsonNode crd;
    private static JsonNode version;

    @BeforeAll
    static void read() throws IOException {
        crd = new YAMLMapper().readTree(ApiServer.CRD.toFile());
        version = crd.at("/spec/versions/0");
    }

    private static JsonNode schema(String pointer) {
        return version.path("schema").path("openAPIV3Schema").at(pointer);
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static List<String> texts(JsonNode array) {
        return elements(array).map(JsonNode::asText).toList();
    }

    /** Path, type and description of each field below a class. */
    private static List<String> fields(String path, Class<?> type) {
        List<String> fields = new ArrayList<>();
        for (BeanPropertyDefinition property : JSON.getSerializationConfig()
                .introspect(JSON.constructType(type))
                .findProperties()) {
            String field = path + "." + property.getName();
            String description = property.getPrimaryMember()
                    .getAnnotation(JsonPropertyDescription.class)
                    .value();
            JavaType content = property.getPrimaryType();
            fields.add(field + " (" + type(content) + "): " + description);
            JavaType inner = content.isCollectionLikeType() ? content.getContentType() : content;
            if (inner.getRawClass().isRecord()) {
                fields.addAll(fields(field, inner.getRawClass()));
            }
        }
        return fields;
    }

    private static String type(JavaType type) {
        if (type.isCollectionLikeType()) {
            return "array";
        }
        return SCALARS.getOrDefault(Primitives.wrap(type.getRawClass()), "object");
    }

    /** The same of a schema. */
    private static List<String> fields(String path, JsonNode schema) {
        List<String> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode value = property.getValue();
            String field = path + "." + property.getKey();
            boolean isInteger = value.path("type").asText().equals("integer");
            String type = value.path("type").asText()
                    + (isInteger ? "/" + value.path("format").asText() : "");
            fields.add(field + " (" + type + "): " + value.path("description").asText());
            fields.addAll(fields(field, value.has("items") ? value.path("items") : value));
        }
        return fields;
    }

    @Test
    void hasTheFieldsOfTheSpecWithTheirTypesAndDescriptions() {
        assertThat(fields("spec", schema("/properties/spec"))).isEqualTo(fields("spec", RootlessNetworkSpec.class));
    }

    @Test
    void hasTheFieldsOfTheStatusWithTheirTypesAndDescriptions() {
        assertThat(fields("status", schema("/properties/status")))
                .isEqualTo(fields("status", RootlessNetworkStatus.class));
    }

    @Test
    void hasTheNamesOfTheClass() {
        JsonNode names = crd.at("/spec/names");
        assertThat(crd.at("/metadata/name").asText()).isEqualTo(CustomResource.getCRDName(RootlessNetwork.class));
        assertThat(crd.at("/spec/group").asText()).isEqualTo(RootlessNetwork.GROUP);
        assertThat(version.path("name").asText()).isEqualTo(RootlessNetwork.VERSION);
        assertThat(names.path("kind").asText()).isEqualTo(RootlessNetwork.KIND);
        assertThat(names.path("plural").asText()).isEqualTo(HasMetadata.getPlural(RootlessNetwork.class));
        assertThat(names.path("singular").asText()).isEqualTo(HasMetadata.getSingular(RootlessNetwork.class));
        assertThat(texts(names.path("shortNames")))
                .containsExactly(CustomResource.getShortNames(RootlessNetwork.class));
        assertThat(crd.at("/spec/scope").asText()).isEqualTo(new RootlessNetwork().getScope());
    }

    @Test
    void choosesAmongTheValuesThatTheAgentKnows() {
        assertThat(texts(schema("/properties/spec/properties/ports/items/properties/protocol/enum")))
                .isEqualTo(Stream.of(Protocol.values()).map(Enum::name).toList());
        assertThat(texts(schema("/properties/spec/properties/options/properties/portHandler/enum")))
                .containsExactlyInAnyOrderElementsOf(Stream.of(PortHandlerKind.values())
                        .map(PortHandlerKind::optionValue)
                        .toList());
    }

    @Test
    void givesNoFieldOfTheSpecADefault() {
        assertThat(schema("/properties/spec").findValues("default")).isEmpty();
    }

    /** Where a default or another manager's part of a list meets server-side apply. */
    @ParameterizedTest
    @CsvSource({
        "/properties/spec/properties/target/x-kubernetes-map-type, atomic",
        "/properties/spec/properties/ports/x-kubernetes-list-type, map",
        "/properties/spec/properties/ports/x-kubernetes-list-map-keys/0, name",
        "/properties/status/properties/conditions/x-kubernetes-list-type, map",
        "/properties/status/properties/conditions/x-kubernetes-list-map-keys/0, type",
        "/properties/status/properties/ports/x-kubernetes-list-type, atomic",
        "/properties/status/default/observedGeneration, -1"
    })
    void declares(String pointer, String value) {
        assertThat(schema(pointer).asText()).isEqualTo(value);
    }

    @Test
    void boundsEveryTextAndListOfTheSpec() {
        assertThat(unbounded("spec", schema("/properties/spec"))).isEmpty();
    }

    private static List<String> unbounded(String path, JsonNode schema) {
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            JsonNode value = property.getValue();
            String field = path + "." + property.getKey();
            boolean bounded =
                    switch (value.path("type").asText()) {
                        case "string" -> value.has("maxLength") || value.has("enum");
                        case "array" -> value.has("maxItems");
                        case "integer" -> value.has("minimum") && value.has("maximum");
                        default -> true;
                    };
            if (!bounded) {
                found.add(field);
            }
            found.addAll(unbounded(field, value.has("items") ? value.path("items") : value));
        }
        return found;
    }
}
