package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each right that the project ships for the agent is needed: what breaks where one is taken away. */
class RightsIT {
    private static final String READ_REFUSED =
            "the API server does not let us read objects (403): bind the agent's ClusterRole to its account";

    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
        target.serveTcpEcho("0.0.0.0", 80);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** All of the rights, each as {@code verb group/resource}. */
    private static List<String> rights(JsonNode role) {
        List<String> rights = new ArrayList<>();
        for (JsonNode rule : role.path("rules")) {
            for (JsonNode verb : rule.path("verbs")) {
                rights.add(verb.asText() + " " + rule.at("/apiGroups/0").asText() + "/"
                        + rule.at("/resources/0").asText());
            }
        }
        return rights;
    }

    /** Settings of an agent with all rights but one. */
    private Agent.Settings without(String verb, String resource) {
        JsonNode role = ShippedRights.clusterRole();
        ((ObjectNode) role.get("metadata")).put("name", node.name + "-without");
        int before = rights(role).size();
        ArrayNode rules = (ArrayNode) role.get("rules");
        for (JsonNode rule : rules) {
            if (rule.at("/resources/0").asText().equals(resource)) {
                ((ArrayNode) rule.get("verbs")).removeIf(each -> each.asText().equals(verb));
            }
        }
        rules.removeIf(rule -> rule.get("verbs").isEmpty());
        assertThat(rights(role)).hasSize(before - 1);
        Path kubeconfig = ShippedRights.account(node.server, node.name + "-without", role);
        return Agent.Settings.of(node.name, kubeconfig, node.state);
    }

    private boolean wasRefused(String verb, String resource) {
        return node.server.requestsOf(ShippedRights.user(node.name + "-without")).stream()
                .anyMatch(request ->
                        request.verb().equals(verb) && request.resource().equals(resource) && request.code() == 403);
    }

    private void awaitRefused(String verb, String resource) {
        await(verb + " " + resource + " refused").atMost(DEADLINE).until(() -> wasRefused(verb, resource));
    }

    @Test
    void areTheseAndNoOthers() {
        assertThat(rights(ShippedRights.clusterRole()))
                .containsExactlyInAnyOrder(
                        "list rootlessnetwork.dev/rootlessnetworks",
                        "watch rootlessnetwork.dev/rootlessnetworks",
                        "patch rootlessnetwork.dev/rootlessnetworks/status",
                        "create events.k8s.io/events",
                        "patch events.k8s.io/events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "watch"})
    void withoutReadingObjectsItIsNeverReadyAndSaysWhy(String verb) {
        try (Agent agent = Agent.start(without(verb, "rootlessnetworks"))) {
            awaitRefused(verb, "rootlessnetworks");
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .until(() -> agent.readyz().body().contains("(403)"));
            assertThat(agent.readyz().statusCode()).isEqualTo(503);
            assertThat(agent.readyz().body()).contains(READ_REFUSED);
            assertThat(agent.isRunning()).isTrue();
        }
    }

    @Test
    void withoutPatchOfTheStatusTheNetworkRunsAndTheAgentAloneTells() {
        Agent agent = node.startAgent(without("patch", "rootlessnetworks/status"));
        node.objects.apply("web", node.spec(target, TestNamespace.port("http", 18080, 80)));
        awaitRefused("patch", "rootlessnetworks/status");
        await().atMost(DEADLINE)
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .until(() ->
                        TestClient.here().echo("tcp", "127.0.0.1", 18080, 1).equals("same"));
        assertThat(node.objects.waitsForAnAgent("web")).isTrue();
        await().atMost(DEADLINE)
                .until(() -> agent.readyz()
                        .body()
                        .equals(
                                "the API server does not let us write statuses and events (403): bind the agent's ClusterRole to"
                                        + " its account\n"));
        assertThat(agent.readyz().statusCode()).isEqualTo(503);

        node.objects.delete("web");
        await("nothing that waits").atMost(DEADLINE).until(agent::isReady);
    }

    @Test
    void withoutCreateOfEventsTheStatusIsAllThatTells() {
        node.startAgent(without("create", "events"));
        node.objects.apply("web", node.spec(target));
        node.objects.awaitReady("web");
        awaitRefused("create", "events");
        assertThat(node.objects.events("web")).isEmpty();
    }

    @Test
    void writesAnEventThatWasRefusedOnceItMay() {
        node.startAgent(without("create", "events"));
        node.objects.apply("web", node.spec(target));
        awaitRefused("create", "events");

        String role = node.name + "-events";
        node.server
                .kubectl("create", "clusterrole", role, "--verb=create", "--resource=events.events.k8s.io")
                .orFail();
        String account = "--serviceaccount=" + node.name + "-without:agent";
        node.server
                .kubectl("create", "clusterrolebinding", role, "--clusterrole=" + role, account)
                .orFail();

        await().atMost(DEADLINE)
                .until(() -> node.objects.events("web").stream()
                        .anyMatch(event -> event.getReason().equals("Started")));
    }

    @Test
    void withoutPatchOfEventsRepetitionsAreNotCounted() {
        node.startAgent(without("patch", "events"));
        node.objects.apply("web", node.spec(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        for (int death = 1; death <= 2; death++) {
            int deaths = death;
            TestNode.kill(slirp);
            RootlessNetworkStatus next = node.objects.awaitStatus(
                    "web",
                    status -> status.slirp4netns() != null
                            && status.slirp4netns().restarts() == deaths
                            && status.slirp4netns().pid() != null);
            slirp = TestNode.slirp(next);
        }
        awaitRefused("patch", "events");
        assertThat(node.objects.events("web")).allMatch(event -> event.getSeries() == null);
    }
}
