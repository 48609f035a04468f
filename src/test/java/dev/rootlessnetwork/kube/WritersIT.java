package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.kube.NetworkEvent.Reason;
import dev.rootlessnetwork.metrics.AgentMetrics;
import dev.rootlessnetwork.testing.AuditedRequest;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writers of statuses and events on a real API server, without an agent around them. */
class WritersIT {
    @TempDir
    Path temporary;

    private TestNode node;
    private KubernetesClient client;
    private StatusWriter statuses;
    private EventRecorder events;

    @BeforeEach
    void start() throws IOException {
        node = new TestNode(temporary);
        ApiServerMonitor monitor = new ApiServerMonitor();
        client = Connection.client(node.kubeconfig, monitor);
        AgentMetrics metrics = new AgentMetrics("test");
        statuses = new StatusWriter(client, monitor, metrics);
        events = new EventRecorder(client, monitor, node.name, Clock.systemUTC(), metrics);
        node.objects.apply("web", TestNamespace.spec(node.name, 1));
    }

    @AfterEach
    void stop() {
        statuses.close();
        events.close();
        client.close();
        node.close();
    }

    private static RootlessNetworkStatus status(String message) {
        return new RootlessNetworkStatus(
                1L,
                List.of(new StatusCondition("Ready", "True", "NetworkReady", message, "2026-01-01T00:00:00Z", 1L)),
                null,
                null,
                "0/0",
                null,
                List.of());
    }

    private List<Integer> answers() {
        return node.server.requestsOf(ShippedRights.user(node.name)).stream()
                .map(AuditedRequest::code)
                .toList();
    }

    @Test
    void aStatusThatIsThereAlreadyIsNotWritten() {
        RootlessNetwork object = node.objects.get("web");
        statuses.publish(object, status("a"));
        node.objects.awaitStatus("web", status("a")::equals);
        await().atMost(DEADLINE).until(() -> answers().size() == 1);

        statuses.publish(object, status("a"));
        statuses.publishFirst(object, status("b"));
        statuses.publish(node.objects.get("web"), status("c"));

        node.objects.awaitStatus("web", status("c")::equals);
        await().atMost(DEADLINE).until(() -> answers().size() >= 2);
        assertThat(answers()).containsExactly(200, 200);
    }

    @Test
    void theEchoOfAWriteIsOursAndWhatSomebodyElseWroteIsNot() {
        RootlessNetwork before = node.objects.get("web");
        statuses.publish(before, status("a"));
        node.objects.awaitStatus("web", status("a")::equals);
        RootlessNetwork echo = node.objects.get("web");
        await().atMost(DEADLINE)
                .until(() ->
                        status("a").equals(statuses.latest(before)) && answers().size() == 1);
        assertThat(statuses.isForeign(before)).isFalse();
        assertThat(statuses.isForeign(echo)).isFalse();

        node.objects
                .kubectl(
                        "patch",
                        "rln",
                        "web",
                        "--subresource=status",
                        "--type=merge",
                        "--patch={\"status\":{\"portsActive\":\"9/9\"}}")
                .orFail();

        RootlessNetwork overwritten = node.objects.get("web");
        assertThat(statuses.isForeign(overwritten)).isTrue();
        assertThat(statuses.latest(overwritten)).isEqualTo(overwritten.getStatus());
        statuses.publish(overwritten, status("a"));
        node.objects.awaitStatus("web", status("a")::equals);
    }

    @Test
    void theStatusOfADeletedObjectIsDropped() {
        RootlessNetwork old = node.objects.get("web");
        node.objects.delete("web");
        statuses.publish(old, status("of the old one"));
        await().atMost(DEADLINE)
                .until(() -> answers().equals(List.of(404)) && old.getStatus().equals(statuses.latest(old)));
    }

    @Test
    void theStatusOfADeletedObjectNeverEndsUpInAnotherOneOfItsName() {
        RootlessNetwork old = node.objects.get("web");
        node.objects.delete("web");
        node.objects.apply("web", TestNamespace.spec(node.name, 1));
        RootlessNetwork anew = node.objects.get("web");
        statuses.publish(old, status("of the old one"));
        await().atMost(DEADLINE).until(() -> answers().contains(409));

        // As the agent does when the watch tells that the old one is gone.
        statuses.forget(old.uid());
        assertThat(node.objects.get("web").getStatus()).isEqualTo(anew.getStatus());
        statuses.publish(anew, status("of the new one"));
        node.objects.awaitStatus("web", status("of the new one")::equals);
        assertThat(answers()).contains(200).containsOnly(409, 200);
    }

    @Test
    void twentyDeathsAreToldOfByOneEventThatCountsThem() {
        RootlessNetwork object = node.objects.get("web");
        for (int i = 1; i <= 20; i++) {
            events.record(object, new NetworkEvent(Reason.Exited, "", "death " + i));
        }
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(node.objects.events("web"))
                        .singleElement()
                        .satisfies(event -> {
                            assertThat(event.getNote()).isEqualTo("death 1");
                            assertThat(event.getSeries()).isNotNull();
                            assertThat(event.getSeries().getCount()).isEqualTo(20);
                        }));
        assertThat(answers()).as("made, and counted once").containsExactly(201, 200);
    }

    @Test
    void anObjectWithManyFailingPortsHasItsShareOfEventsAndNoMore() {
        RootlessNetwork object = node.objects.get("web");
        for (int i = 1; i <= 100; i++) {
            events.record(object, new NetworkEvent(Reason.PortFailed, "p" + i, "port p" + i + ": it is taken"));
        }
        await().atMost(DEADLINE).until(() -> answers().size() >= 25);
        assertThat(node.objects.events("web"))
                .hasSize(25)
                .extracting(Event::getReason)
                .containsOnly("PortFailed");
        assertThat(answers()).hasSize(25).containsOnly(201);
    }
}
