package dev.rootlessnetwork.chart;

import static dev.rootlessnetwork.chart.Manifests.strings;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart lets the agent do on the node and in the cluster, and whom it lets do what. */
class ChartRightsTest {
    private static final Path KUBERNETES = Path.of("examples/kubernetes");
    private static final String AGENT = "rootlessnetwork-agent";
    private static final String VIEW = "ClusterRole/rootlessnetwork-view";
    private static final String EDIT = "ClusterRole/rootlessnetwork-edit";

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
    void hasTheRolesOfTheExampleForPeople() {
        Manifests example = Manifests.of(KUBERNETES.resolve("people.yaml"));
        Manifests rendered = Chart.rendered("").manifests();
        for (String role : List.of(VIEW, EDIT)) {
            assertThat(rendered.get(role).path("rules"))
                    .isEqualTo(example.get(role).path("rules"))
                    .isNotEmpty();
            assertThat(aggregation(rendered.get(role))).isEqualTo(aggregation(example.get(role)));
        }
    }

    /** The status is what the agents say, and nobody else. */
    @Test
    void givesNobodyTheStatus() {
        assertThat(strings(Chart.rendered("").manifests().get(EDIT).at("/rules/0/resources")))
                .containsExactly("rootlessnetworks");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                        | view |",
                "view: false               |      |",
                "edit: true                | view | edit",
                "admin: true               | view | admin",
                "'edit: true, admin: true' | view | admin,edit"
            })
    void addsTheRolesToThoseOfKubernetesAsAskedFor(String values, String looking, String writing) {
        Manifests rendered =
                Chart.rendered("rbac: {aggregate: {" + values + "}}").manifests();
        assertThat(aggregation(rendered.get(VIEW))).isEqualTo(names(looking));
        assertThat(aggregation(rendered.get(EDIT))).isEqualTo(names(writing));
        assertThat(rendered.objects().stream()
                        .flatMap(object -> aggregation(object).stream())
                        .distinct()
                        .count())
                .isEqualTo(names(looking).size() + names(writing).size());
    }

    private static List<String> names(@Nullable String listed) {
        return listed == null ? List.of() : Splitter.on(',').splitToList(listed);
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
