package dev.rootlessnetwork.chart;

import static dev.rootlessnetwork.chart.Manifests.strings;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart lets the agent do on the node and in the cluster, and whom it lets do what. */
class ChartRightsTest {
    private static final Path KUBERNETES = Path.of("examples/kubernetes");
    private static final String AGENT = "rootlessnetwork-agent";

    /** Which of them is for what, and that none is spare, is shown by running the agent with them. */
    @Test
    void givesTheAgentTheseCapabilitiesAndNoMore() {
        assertThat(Chart.rendered("").agent().path("securityContext")).isEqualTo(Manifests.value("""
                                capabilities:
                                  drop: [ALL]
                                  add: [DAC_READ_SEARCH, NET_ADMIN, NET_BIND_SERVICE, SETPCAP, SYS_ADMIN, SYS_PTRACE]
                                readOnlyRootFilesystem: true
                                seccompProfile: {type: Localhost, localhostProfile: rootlessnetwork/agent.json}
                                """));
    }

    @Test
    void givesTheInitContainerTheseCapabilitiesAndNoMore() {
        assertThat(Chart.rendered("").preparation().path("securityContext")).isEqualTo(Manifests.value("""
                                capabilities: {drop: [ALL], add: [DAC_OVERRIDE, SYS_PTRACE]}
                                allowPrivilegeEscalation: false
                                readOnlyRootFilesystem: true
                                seccompProfile: {type: RuntimeDefault}
                                """));
    }

    @Test
    void givesAnAgentThatDrainsTheRightToRemoveTheCgroup() {
        assertThat(Chart.capabilities(Chart.rendered("drain: true").agent()))
                .containsExactly(
                        "DAC_READ_SEARCH",
                        "NET_ADMIN",
                        "NET_BIND_SERVICE",
                        "SETPCAP",
                        "SYS_ADMIN",
                        "SYS_PTRACE",
                        "DAC_OVERRIDE");
        assertThat(Chart.capabilities(
                        Chart.rendered("{drain: true, cgroup: ''}").agent()))
                .doesNotContain("DAC_OVERRIDE");
    }

    /** The profile would be left on the node; and where the kubelet does not find it, a container is not started again. */
    @Test
    void removesTheProfileWhereItDrainsAndDoesWithoutIt() {
        Chart draining = Chart.rendered("drain: true");
        assertThat(strings(draining.preparation().path("args")))
                .containsExactly(
                        "prepare-node",
                        "--remove",
                        "--seccomp-profile=/etc/rootlessnetwork/agent.json",
                        "--seccomp-directory=/var/lib/kubelet/seccomp/rootlessnetwork");
        assertThat(draining.agent().at("/securityContext/seccompProfile"))
                .isEqualTo(Manifests.value("{type: RuntimeDefault}"));
    }

    @Test
    void leavesAProfileOfTheAdministratorsWhereItIs() {
        for (String drain : List.of("", ", drain: true")) {
            Chart rendered = Chart.rendered("{seccompProfile: {localhostProfile: ours.json}, cgroup: ''" + drain + "}");
            assertThat(rendered.agent().at("/securityContext/seccompProfile"))
                    .isEqualTo(Manifests.value("{type: Localhost, localhostProfile: ours.json}"));
            assertThat(rendered.preparation().isMissingNode()).isTrue();
            assertThat(rendered.manifests().names()).doesNotContain("ConfigMap/rootlessnetwork-agent-seccomp");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "drain: true", "seccompProfile: {type: Unconfined}", "podMonitor: {enabled: true}"})
    void neverAsksForEverything(String values) {
        JsonNode pod = Chart.rendered(values).pod();
        assertThat(pod.findValues("privileged")).isEmpty();
        assertThat(pod.findValues("drop"))
                .hasSize(2)
                .allSatisfy(dropped -> assertThat(strings(dropped)).containsExactly("ALL"));
        assertThat(pod.findValues("readOnlyRootFilesystem")).hasSize(2).allMatch(JsonNode::asBoolean);
    }

    @Test
    void mountsOfTheNodeTheStateAndTheTunDeviceAlone() {
        JsonNode pod = Chart.rendered("").pod();
        assertThat(pod.findValues("hostPath"))
                .containsExactlyInAnyOrder(
                        Manifests.value("{path: /run/rootlessnet, type: DirectoryOrCreate}"),
                        Manifests.value("{path: /dev/net/tun, type: CharDevice}"));
    }

    @Test
    void givesTheAgentsAccountTheRightsOfTheExampleAndItAlone() {
        Manifests example = Manifests.of(KUBERNETES.resolve("rbac.yaml"));
        Chart rendered = Chart.rendered("");
        String role = "ClusterRole/" + AGENT;
        String binding = "ClusterRoleBinding/" + AGENT;
        assertThat(rendered.manifests().get(role).path("rules"))
                .isEqualTo(example.get(role).path("rules"))
                .isNotEmpty();
        for (String field : List.of("roleRef", "subjects")) {
            assertThat(rendered.manifests().get(binding).path(field))
                    .isEqualTo(example.get(binding).path(field))
                    .isNotEmpty();
        }
        assertThat(rendered.manifests()
                        .get("ServiceAccount/" + AGENT)
                        .path("automountServiceAccountToken")
                        .asBoolean(true))
                .isFalse();
    }

    /** The init container asks the cluster nothing. */
    @Test
    void givesTheTokenToTheAgentAlone() {
        Chart rendered = Chart.rendered("");
        assertThat(rendered.pod().path("automountServiceAccountToken")).isEqualTo(Manifests.value("false"));
        assertThat(rendered.agent().path("volumeMounts").findValuesAsText("name"))
                .contains("token");
        assertThat(rendered.preparation().path("volumeMounts").findValuesAsText("name"))
                .doesNotContain("token");
    }

    @Test
    void addsLookingToTheRoleViewAndNothingToEditAndAdmin() {
        Manifests example = Manifests.of(KUBERNETES.resolve("people.yaml"));
        Chart rendered = Chart.rendered("");
        JsonNode view = rendered.manifests().get("ClusterRole/rootlessnetwork-view");
        assertThat(view.path("rules"))
                .isEqualTo(example.get("ClusterRole/rootlessnetwork-view").path("rules"))
                .isNotEmpty();
        assertThat(aggregation(view)).containsExactly("view");
        assertThat(rendered.manifests().objects().stream().flatMap(object -> aggregation(object).stream()))
                .containsExactly("view");
    }

    /** Not even they may write the status: that is what the agents say. */
    @ParameterizedTest
    @ValueSource(strings = {"edit", "admin"})
    void addsWritingWithoutStatusWhereThatIsAskedFor(String role) {
        JsonNode clusterRole = Chart.rendered("rbac: {aggregate: {" + role + ": true}}")
                .manifests()
                .get("ClusterRole/rootlessnetwork-" + role);
        assertThat(clusterRole.path("rules"))
                .isEqualTo(Manifests.of(KUBERNETES.resolve("people.yaml"))
                        .get("ClusterRole/rootlessnetwork-edit")
                        .path("rules"))
                .isNotEmpty();
        assertThat(aggregation(clusterRole)).containsExactly(role);
        assertThat(strings(clusterRole.at("/rules/0/resources"))).containsExactly("rootlessnetworks");
    }

    private static List<String> aggregation(JsonNode object) {
        String prefix = "rbac.authorization.k8s.io/aggregate-to-";
        return object.at("/metadata/labels").properties().stream()
                .filter(label -> label.getKey().startsWith(prefix)
                        && label.getValue().asText().equals("true"))
                .map(label -> label.getKey().substring(prefix.length()))
                .toList();
    }
}
