package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rootlessnetwork.kube.ShippedRights;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real API server takes what the chart renders, without a warning and without a field that it does not know. */
class ChartOnApiServerIT {
    private static final String ACCOUNT = "system:serviceaccount:rootlessnetwork:rootlessnetwork-agent";
    private static final String EVERYTHING = """
            imagePullSecrets: [{name: registry}]
            agent: {networkCmdOptions: [mtu=9000, enable_ipv6=true], networkMemoryLimit: 64Mi}
            rbac: {aggregate: {edit: true, admin: true}}
            podMonitor: {enabled: true}
            grafanaDashboard: {enabled: true}
            resourceQuota: {enabled: true}
            seLinuxOptions: {type: spc_t}
            affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
              {matchExpressions: [{key: kind, operator: In, values: [worker]}]}]}}}
            podAnnotations: {example.org/a: b}
            podLabels: {example.org/c: d}
            """;

    private static ApiServer server;

    @TempDir
    Path temporary;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
        server.createNamespace(Chart.RELEASE);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Everything but what Prometheus Operator would have to bring the kind of. */
    private CommandResult apply(Chart chart) throws IOException {
        String text = chart.manifests().objects().stream()
                .filter(manifest -> !manifest.path("apiVersion").asText().startsWith("monitoring.coreos.com/"))
                .map(JsonNode::toString)
                .collect(Collectors.joining("\n---\n"));
        Path file = Files.writeString(temporary.resolve("chart.yaml"), text);
        return server.kubectl(
                "apply", "--server-side", "--force-conflicts", "--validate=strict", "--filename", file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", EVERYTHING, "{drain: true}", "{cgroup: '', seccompProfile: {type: Unconfined}}"})
    void isTakenWithoutAWarning(String values) throws IOException {
        assertThat(apply(Chart.rendered(values)).orFail().stderr()).isEmpty();
    }

    @Test
    void doesNotDriftFromWhatWasApplied() throws IOException {
        Chart chart = Chart.rendered(EVERYTHING);
        apply(chart).orFail();
        JsonNode first = daemonSet();
        apply(chart).orFail();
        assertThat(daemonSet().at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
    }

    private JsonNode daemonSet() {
        return Manifests.value(server.kubectl(
                        "get", "daemonset", "rootlessnetwork-agent", "--namespace", Chart.RELEASE, "--output=yaml")
                .orFail()
                .stdout());
    }

    @Test
    void givesTheAgentTheRightsThatTheProjectShips() throws IOException {
        Chart chart = Chart.rendered("");
        apply(chart).orFail();
        assertThat(chart.one("ClusterRole", "rootlessnetwork-agent").path("rules"))
                .isEqualTo(ShippedRights.clusterRole().path("rules"));
        for (String right : List.of(
                "list rootlessnetworks",
                "watch rootlessnetworks",
                "patch rootlessnetworks --subresource=status",
                "create events.events.k8s.io")) {
            assertThat(mayDo(right)).as(right).isTrue();
        }
        for (String right : List.of(
                "update rootlessnetworks",
                "get secrets",
                "list pods",
                "get nodes",
                "create tokenreviews",
                "delete events.events.k8s.io")) {
            assertThat(mayDo(right)).as(right).isFalse();
        }
    }

    private static boolean mayDo(String right) {
        List<String> arguments = new ArrayList<>(List.of("auth", "can-i", "--all-namespaces", "--as", ACCOUNT));
        arguments.addAll(List.of(right.split(" ", -1)));
        return server.kubectl(arguments.toArray(String[]::new)).stdout().equals("yes\n");
    }
}
