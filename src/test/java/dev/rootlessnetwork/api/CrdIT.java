package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.testing.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The custom resource definition on a real API server, as people and controllers meet it through kubectl. */
class CrdIT {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final String NAMESPACE = "crd";

    private static ApiServer server;

    @BeforeAll
    static void bringUp() {
        server = ApiServer.shared();
        server.createNamespace(NAMESPACE);
    }

    private static String kubectl(String... arguments) {
        return server.kubectl(Stream.concat(Stream.of("--namespace=" + NAMESPACE), Stream.of(arguments))
                        .toArray(String[]::new))
                .orFail()
                .stdout();
    }

    private static String manifest(String name, String spec) {
        return """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(name, NAMESPACE, spec);
    }

    private static void applyAs(String manager, String name, String spec) {
        server.kubectlOn(manifest(name, spec), "apply", "--server-side", "--field-manager=" + manager)
                .orFail();
    }

    private static JsonNode read(String name) throws IOException {
        return YAML.readTree(kubectl("get", "rootlessnetwork", name, "--output=json"));
    }

    /** Cells of a table of kubectl's, without its heading; no cell here has a blank in it. */
    private static List<List<String>> rows(String table) {
        return table.lines().skip(1).map(line -> List.of(line.split(" +"))).toList();
    }

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void takesEachExampleWithANodeInIt(Path example) throws IOException {
        ObjectNode object = (ObjectNode) YAML.readTree(example.toFile());
        ((ObjectNode) object.path("spec")).put("nodeName", "n1");

        server.kubectlOn(YAML.writeValueAsString(object), "create", "--validate=strict", "--dry-run=server")
                .orFail();
    }

    @Test
    void explainsEachFieldInItsWords() {
        assertThat(kubectl("explain", "rln.spec.ports").replaceAll("\\s+", " "))
                .contains("Ports led from the host into the target, by name; at most 1000 entries.")
                .contains(
                        "hostPort <integer> First port on the host, 1-65535; omitted: a free one is chosen, kept, and told in the status.")
                .contains("name <string> -required- Key of the entry: a DNS label, unique in the object.")
                .contains("protocol <string> enum: TCP, UDP TCP (default) or UDP.");
    }

    @Test
    void showsANewObjectAsOneThatNoAgentHasSeen() throws IOException {
        applyAs("kubectl", "new", "{nodeName: n-new, target: {pid: 1}}");

        JsonNode status = read("new").path("status");
        assertThat(status.path("observedGeneration").asInt()).isEqualTo(-1);
        assertThat(status.path("conditions")).hasSize(1);
        assertThat(status.at("/conditions/0/message").asText())
                .isEqualTo("no agent has seen this object yet; one has to run on the node that spec.nodeName names");
        assertThat(Kstatus.of(read("new"))).isEqualTo(Kstatus.InProgress);
        assertThat(rows(kubectl("get", "rln", "new")).get(0)).startsWith("new", "Unknown", "WaitingForAgent", "n-new");
    }

    @Test
    void keepsAStatusThatIsGivenOnCreationOut() throws IOException {
        server.kubectlOn(
                        manifest("forged", "{nodeName: n1, target: {pid: 1}}") + "status: {observedGeneration: 1}\n",
                        "create")
                .orFail();

        assertThat(read("forged").path("status").path("observedGeneration").asInt())
                .isEqualTo(-1);
    }

    @Test
    void printsColumnsByNameShortNameAndCategory() {
        applyAs("kubectl", "columns", "{nodeName: n-columns, target: {pid: 1}}");
        kubectl("patch", "rln", "columns", "--subresource=status", "--type=merge", """
                --patch={"status": {"observedGeneration": 1, "portsActive": "2/3", "target": {"pid": 4242}, "conditions": [
                  {"type": "SlirpReady", "status": "True", "reason": "SlirpRunning", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"},
                  {"type": "Ready", "status": "False", "reason": "PortConflict", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
                """);

        String table = kubectl("get", "rln", "--field-selector=spec.nodeName=n-columns");

        assertThat(table.lines().findFirst().orElseThrow().split(" +"))
                .containsExactly("NAME", "READY", "REASON", "NODE", "TARGET", "PORTS", "AGE");
        assertThat(rows(table)).hasSize(1);
        assertThat(rows(table).get(0)).startsWith("columns", "False", "PortConflict", "n-columns", "4242", "2/3");
        assertThat(rows(kubectl("get", "rootless"))).anyMatch(row -> row.get(0).equals("columns"));
        assertThat(rows(kubectl("get", "rootlessnetwork")))
                .anyMatch(row -> row.get(0).equals("columns"));
    }

    @Test
    void selectsTheObjectsOfANode() {
        applyAs("kubectl", "here", "{nodeName: n-here, target: {pid: 1}}");
        applyAs("kubectl", "there", "{nodeName: n-there, target: {pid: 1}}");

        assertThat(kubectl("get", "rln", "--output=name", "--field-selector=spec.nodeName=n-here"))
                .isEqualTo("rootlessnetwork.rootlessnetwork.dev/here\n");
    }

    @Test
    void letsASecondManagerAddAPort() throws IOException {
        applyAs("first", "shared", "{nodeName: n1, target: {pid: 1}, ports: [{name: http, containerPort: 80}]}");

        applyAs("second", "shared", "{ports: [{name: dns, protocol: UDP, containerPort: 53}]}");
        assertThat(read("shared").path("spec"))
                .isEqualTo(
                        YAML.readTree(
                                "{nodeName: n1, target: {pid: 1}, ports: [{name: http, containerPort: 80}, {name: dns, protocol: UDP, containerPort: 53}]}"));

        applyAs("first", "shared", "{nodeName: n1, target: {pid: 1}}");
        assertThat(read("shared").path("spec"))
                .isEqualTo(YAML.readTree(
                        "{nodeName: n1, target: {pid: 1}, ports: [{name: dns, protocol: UDP, containerPort: 53}]}"));
    }

    @Test
    void keepsTheManagersOfOneTargetApart() throws IOException {
        applyAs("first", "disputed", "{nodeName: n1, target: {pid: 1}}");

        var conflict = server.kubectlOn(
                manifest("disputed", "{target: {pidFile: /run/web.pid}}"),
                "apply",
                "--server-side",
                "--field-manager=second");
        assertThat(conflict.stderr()).contains("conflict with \"first\": .spec.target");

        applyAs("first", "disputed", "{nodeName: n1, target: {pidFile: /run/web.pid}}");
        assertThat(read("disputed").at("/spec/target")).isEqualTo(YAML.readTree("{pidFile: /run/web.pid}"));
    }

    @Test
    void leavesAnAppliedSpecAsItWas() throws IOException {
        String spec = "{nodeName: n1, target: {pid: 1}, options: {}, ports: [{name: http, containerPort: 80}]}";
        applyAs("gitops", "undrifted", spec);

        assertThat(read("undrifted").path("spec")).isEqualTo(YAML.readTree(spec));
    }

    @Test
    void countsAGenerationForTheSpecAlone() throws IOException {
        applyAs("kubectl", "counted", "{nodeName: n1, target: {pid: 1}}");
        kubectl(
                "patch",
                "rln",
                "counted",
                "--subresource=status",
                "--type=merge",
                "--patch={\"status\": {\"observedGeneration\": 1}}");
        assertThat(read("counted").at("/metadata/generation").asInt()).isEqualTo(1);

        applyAs("kubectl", "counted", "{nodeName: n1, target: {pid: 2}}");
        assertThat(read("counted").at("/metadata/generation").asInt()).isEqualTo(2);
        assertThat(read("counted").at("/status/observedGeneration").asInt()).isEqualTo(1);
    }
}
