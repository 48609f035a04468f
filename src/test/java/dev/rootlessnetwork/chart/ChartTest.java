package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the chart installs, and the copies in it of what the project has elsewhere. */
class ChartTest {
    private static final String CRD = "rootlessnetworks.rootlessnetwork.dev";
    private static final Path ORIGINAL = Path.of("crds", CRD + ".yaml");
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>rootlessnet</artifactId>\\s*<version>([^<]+)</version>");

    @Test
    void pleasesHelmsStrictestReader() {
        LintResult result = new Helm(Chart.DIRECTORY).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void installsThatAndNoMore() {
        assertThat(Chart.rendered("").manifests().names())
                .containsExactlyInAnyOrder(
                        "ServiceAccount/rootlessnetwork-agent",
                        "ConfigMap/rootlessnetwork-agent-seccomp",
                        "CustomResourceDefinition/" + CRD,
                        "ClusterRole/rootlessnetwork-agent",
                        "ClusterRole/rootlessnetwork-edit",
                        "ClusterRole/rootlessnetwork-view",
                        "ClusterRoleBinding/rootlessnetwork-agent",
                        "DaemonSet/rootlessnetwork-agent");
    }

    /** Helm deletes what a release no longer has: an object that was switched on in a place of its own would be an orphan. */
    @Test
    void putsItAllIntoTheReleasesNamespaceOrNone() {
        String everything = """
                podMonitor: {enabled: true}
                prometheusRule: {enabled: true}
                grafanaDashboard: {enabled: true}
                resourceQuota: {enabled: true}
                """;
        assertThat(Chart.rendered(everything).manifests().objects())
                .hasSize(12)
                .allSatisfy(
                        object -> assertThat(object.at("/metadata/namespace").asText(Chart.RELEASE))
                                .isIn(Chart.RELEASE, ""))
                .allSatisfy(object -> assertThat(object.at("/metadata/labels/app.kubernetes.io~1instance")
                                .asText())
                        .isEqualTo(Chart.RELEASE));
    }

    @Test
    void hasTheVersionOfTheProject() throws IOException {
        Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();
        JsonNode chart = Manifests.value(Files.readString(Chart.DIRECTORY.resolve("Chart.yaml")));
        assertThat(chart.path("version").asText()).isEqualTo(version.group(1));
        assertThat(chart.path("appVersion").asText()).isEqualTo(version.group(1));
        assertThat(Chart.rendered("").agent().path("image").asText())
                .isEqualTo("localhost/rootlessnetwork/operator:" + version.group(1));
    }

    /** Helm takes no file from outside a chart, and follows no link when it packs one. */
    @Test
    void hasTheDefinitionOfTheProject() throws IOException {
        assertThat(Chart.DIRECTORY.resolve("files/" + CRD + ".yaml"))
                .as("run: cp %s %s/files/", ORIGINAL, Chart.DIRECTORY)
                .hasSameTextualContentAs(ORIGINAL);
        JsonNode rendered = Chart.rendered("").one("CustomResourceDefinition", CRD);
        assertThat(rendered.path("spec"))
                .isEqualTo(Manifests.value(Files.readString(ORIGINAL)).path("spec"));
        assertThat(rendered.at("/metadata/annotations/helm.sh~1resource-policy").asText())
                .isEqualTo("keep");
    }

    @Test
    void listsItsValuesInItsReadme() throws IOException {
        CommandResult result = CommandResult.run("src/scripts/chart-readme", "--check");
        assertThat(result.exitStatus()).as(result.stderr()).isEqualTo(0);
    }

    @Test
    void runsOneAgentOnEachNodeAsAPartOfTheNode() {
        JsonNode daemonSet = Chart.rendered("").daemonSet();
        assertThat(daemonSet.at("/spec/updateStrategy"))
                .isEqualTo(Manifests.value("{type: RollingUpdate, rollingUpdate: {maxUnavailable: 10%}}"));
        JsonNode pod = daemonSet.at("/spec/template/spec");
        assertThat(pod.path("hostNetwork").asBoolean()).isTrue();
        assertThat(pod.path("hostPID").asBoolean()).isTrue();
        assertThat(pod.path("hostIPC").asBoolean()).isFalse();
        assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
        assertThat(pod.path("dnsPolicy").asText()).isEqualTo("Default");
        assertThat(pod.path("priorityClassName").asText()).isEqualTo("system-node-critical");
        assertThat(pod.path("tolerations")).isEqualTo(Manifests.value("[{operator: Exists}]"));
    }

    @Test
    void selectsPodsByWhatNoUpgradeChanges() {
        JsonNode spec = Chart.rendered("podLabels: {app.kubernetes.io/name: other, team: a}")
                .daemonSet()
                .path("spec");
        JsonNode selected = spec.at("/selector/matchLabels");
        assertThat(selected)
                .isEqualTo(
                        Manifests.value(
                                "{app.kubernetes.io/name: rootlessnetwork-operator, app.kubernetes.io/instance: rootlessnetwork}"));
        selected.fieldNames()
                .forEachRemaining(
                        label -> assertThat(spec.at("/template/metadata/labels").path(label))
                                .isEqualTo(selected.path(label)));
    }

    /** Beside the node, nobody else asks: not even another pod reaches 127.0.0.1 of the node. */
    @Test
    void isProbedByTheKubeletOnTheNodesOwnLoopback() {
        JsonNode agent = Chart.rendered("podMonitor: {enabled: true}").agent();
        for (String probe : new String[] {"startupProbe", "livenessProbe", "readinessProbe"}) {
            String path = probe.equals("readinessProbe") ? "/readyz" : "/livez";
            assertThat(agent.path(probe).path("httpGet"))
                    .as(probe)
                    .isEqualTo(Manifests.value("{host: 127.0.0.1, port: 9470, path: " + path + "}"));
        }
        assertThat(Manifests.strings(agent.path("args"))).contains("--health-address=127.0.0.1:9470");
    }
}
