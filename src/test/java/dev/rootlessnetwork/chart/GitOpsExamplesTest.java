package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the examples for Argo CD and Flux name is there, and the chart takes the values that they give. */
class GitOpsExamplesTest {
    private static final Path EXAMPLES = Path.of("examples/gitops");
    private static final String POD_SECURITY = "pod-security.kubernetes.io/enforce";

    private static JsonNode argoCd(String file, String name) {
        return Manifests.of(EXAMPLES.resolve("argocd").resolve(file)).get("Application/" + name);
    }

    private static JsonNode flux(String file, String name) {
        return Manifests.of(EXAMPLES.resolve("flux").resolve(file)).get(name);
    }

    private static void assertRenders(JsonNode values) {
        assertThat(Chart.rendered(values.toString()).agent().path("image").asText())
                .isEqualTo(values.at("/image/repository").asText() + ":" + Chart.version());
    }

    @Test
    void argoCdInstallsTheChartIntoANamespaceThatLetsItsPodsIn() {
        JsonNode spec = argoCd("operator.yaml", "rootlessnetwork").path("spec");
        assertThat(Path.of(spec.at("/source/path").asText())).isEqualTo(Chart.DIRECTORY);
        assertRenders(spec.at("/source/helm/valuesObject"));
        assertThat(spec.at("/syncPolicy/managedNamespaceMetadata/labels")
                        .path(POD_SECURITY)
                        .asText())
                .isEqualTo("privileged");
        assertThat(spec.at("/destination/namespace").asText()).isEqualTo(Chart.RELEASE);
    }

    @Test
    void fluxInstallsTheChartIntoANamespaceThatLetsItsPodsIn() {
        JsonNode spec = flux("operator.yaml", "HelmRelease/rootlessnetwork").path("spec");
        assertThat(Path.of(spec.at("/chart/spec/chart").asText())).isEqualTo(Chart.DIRECTORY);
        assertRenders(spec.path("values"));
        String namespace = spec.path("targetNamespace").asText();
        assertThat(flux("operator.yaml", "Namespace/" + namespace)
                        .at("/metadata/labels")
                        .path(POD_SECURITY)
                        .asText())
                .isEqualTo("privileged");
        assertFromTheSource(spec.at("/chart/spec/sourceRef"));
    }

    private static void assertFromTheSource(JsonNode reference) {
        assertThat(flux(
                                "source.yaml",
                                reference.path("kind").asText() + "/"
                                        + reference.path("name").asText())
                        .isMissingNode())
                .isFalse();
    }

    @Test
    void bothApplyAnOverlayIntoANamespaceThatIsThere() {
        JsonNode application = argoCd("networks.yaml", "networks-node-1").path("spec");
        JsonNode kustomization =
                flux("networks.yaml", "Kustomization/networks-node-1").path("spec");
        assertFromTheSource(kustomization.path("sourceRef"));
        for (JsonNode path : new JsonNode[] {application.at("/source/path"), kustomization.path("path")}) {
            Path overlay = Path.of(path.asText(), "kustomization.yaml").normalize();
            assertThat(Files.exists(overlay)).as("%s", overlay).isTrue();
            String namespace =
                    Manifests.of(overlay).objects().get(0).path("namespace").asText();
            assertThat(application.at("/destination/namespace").asText()).isEqualTo(namespace);
            assertThat(flux("networks.yaml", "Namespace/" + namespace).isMissingNode())
                    .isFalse();
        }
    }
}
