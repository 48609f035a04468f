package dev.rootlessnetwork.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The chart as Helm renders it for the release that the documentation installs. */
public final class Chart {
    static final Path DIRECTORY = Path.of("helm/rootlessnetwork-operator");
    static final String RELEASE = "rootlessnetwork";
    static final YAMLMapper YAML = new YAMLMapper();

    private final List<JsonNode> manifests;

    private Chart(List<JsonNode> manifests) {
        this.manifests = List.copyOf(manifests);
    }

    /**
     * Renders it.
     *
     * @param values YAML, in place of the defaults
     * @throws IllegalStateException if Helm refuses these values; it has Helm's words
     */
    public static Chart rendered(String values) {
        try {
            Path file = Files.createTempFile("values-", ".yaml");
            try {
                Files.writeString(file, values);
                return parse(new Helm(DIRECTORY)
                        .template()
                        .withName(RELEASE)
                        .withNamespace(RELEASE)
                        .withKubeVersion("1.34.4")
                        .withValuesFile(file)
                        .call());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Chart parse(String text) throws IOException {
        try (var documents =
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(new YAMLFactory().createParser(text))) {
            return new Chart(documents.readAll().stream()
                    .filter(Objects::nonNull)
                    .filter(JsonNode::isObject)
                    .toList());
        }
    }

    /** One of the chart's files. */
    public static Path file(String name) {
        return DIRECTORY.resolve("files").resolve(name);
    }

    /** All of a kind. */
    public List<JsonNode> all(String kind) {
        return manifests.stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .toList();
    }

    /** The one of a kind with this name. */
    public JsonNode one(String kind, String name) {
        return all(kind).stream()
                .filter(each -> each.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    /** The kinds and names of everything, as {@code Kind name}. */
    List<String> names() {
        return manifests.stream()
                .map(each -> each.path("kind").asText() + " "
                        + each.at("/metadata/name").asText())
                .toList();
    }

    JsonNode daemonSet() {
        return all("DaemonSet").get(0);
    }

    JsonNode pod() {
        return daemonSet().at("/spec/template/spec");
    }

    JsonNode agent() {
        return pod().at("/containers/0");
    }

    JsonNode preparation() {
        return pod().at("/initContainers/0");
    }

    /** What a container has of capabilities beside none. */
    static List<String> capabilities(JsonNode container) {
        return strings(container.at("/securityContext/capabilities/add"));
    }

    static List<String> strings(JsonNode array) {
        return elements(array).map(JsonNode::asText).toList();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    List<JsonNode> manifests() {
        return manifests;
    }
}
