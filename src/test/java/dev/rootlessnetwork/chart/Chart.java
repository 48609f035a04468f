package dev.rootlessnetwork.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The chart as Helm renders it for the release that the documentation installs. */
public final class Chart {
    static final Path DIRECTORY = Path.of("helm/rootlessnetwork-operator");
    static final String RELEASE = "rootlessnetwork";

    /** Without a cluster, Helm believes in 1.20, which the chart refuses. */
    static final String KUBERNETES = "1.34.4";

    private final Manifests manifests;

    private Chart(Manifests manifests) {
        this.manifests = manifests;
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
                return new Chart(Manifests.parse(new Helm(DIRECTORY)
                        .template()
                        .withName(RELEASE)
                        .withNamespace(RELEASE)
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call()));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of the chart's files. */
    public static Path file(String name) {
        return DIRECTORY.resolve("files").resolve(name);
    }

    /** Its own version, which is the image's, too. */
    static String version() {
        JsonNode about = Manifests.of(DIRECTORY.resolve("Chart.yaml")).objects().get(0);
        return about.path("version").asText();
    }

    Manifests manifests() {
        return manifests;
    }

    /** All of a kind. */
    public List<JsonNode> all(String kind) {
        return manifests.all(kind);
    }

    /** The one of a kind with this name. */
    public JsonNode one(String kind, String name) {
        JsonNode found = manifests.get(kind + "/" + name);
        if (found.isMissingNode()) {
            throw new AssertionError("no " + kind + " " + name + ", but " + manifests.names());
        }
        return found;
    }

    JsonNode daemonSet() {
        return one("DaemonSet", RELEASE + "-agent");
    }

    JsonNode pod() {
        return daemonSet().at("/spec/template/spec");
    }

    public JsonNode agent() {
        return pod().at("/containers/0");
    }

    /** The init container; a missing node where there is none. */
    JsonNode preparation() {
        return pod().at("/initContainers/0");
    }

    /** What a container has of capabilities beside none. */
    public static List<String> capabilities(JsonNode container) {
        return Manifests.strings(container.at("/securityContext/capabilities/add"));
    }
}
