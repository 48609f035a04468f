package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.metrics.AgentMetrics;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.AuditedRequest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A status of an object that is no more what it was when this was observed. */
class StatusWriterIT {
    private static final ApiServer SERVER = ApiServer.shared();
    private static int namespaces;

    private TestNamespace namespace;
    private KubernetesClient client;
    private StatusWriter statuses;

    @BeforeEach
    void start() throws IOException {
        String name = "statuses-" + namespaces++;
        namespace = new TestNamespace(SERVER, name);
        ApiServerMonitor monitor = new ApiServerMonitor();
        client = Connection.client(ShippedRights.account(SERVER, name), monitor);
        statuses = new StatusWriter(client, monitor, new AgentMetrics("test"));
    }

    @AfterEach
    void stop() {
        statuses.close();
        client.close();
        namespace.close();
    }

    private RootlessNetwork create(String name) {
        namespace.apply(name, TestNamespace.spec("nobody", 1));
        return namespace.get(name);
    }

    private static RootlessNetworkStatus status(String message) {
        StatusCondition ready = new StatusCondition("Ready", "False", "Test", message, "2026-01-01T00:00:00Z", 1L);
        return new RootlessNetworkStatus(1L, List.of(ready), null, null, "0/0", null, List.of());
    }

    private List<AuditedRequest> requests(RootlessNetwork object) {
        return SERVER.requestsOf(ShippedRights.user(namespace.name())).stream()
                .filter(request -> request.name().equals(object.key().name()))
                .toList();
    }

    private void awaitRequests(RootlessNetwork object, int number) {
        await().atMost(TestNamespace.DEADLINE).until(() -> requests(object).size() >= number);
    }

    @Test
    void doesNotReachAnotherObjectOfTheNameAndIsNotTriedForEver() {
        RootlessNetwork gone = create("web");
        namespace.delete("web");
        RootlessNetwork successor = create("web");

        statuses.publish(gone, status("of the one that is gone"));
        awaitRequests(gone, 2);
        statuses.forget(gone.uid()); // as soon as we hear of it
        int requests = requests(gone).size();
        statuses.publish(successor, status("of its successor"));

        namespace.awaitStatus("web", now -> now.equals(status("of its successor")));
        assertThat(requests(gone).subList(0, requests))
                .extracting(AuditedRequest::verb, AuditedRequest::code)
                .containsOnly(tuple("patch", 409));
        assertThat(statuses.latest(gone)).isEqualTo(gone.getStatus());
        assertThat(namespace.get("web").uid()).isEqualTo(successor.uid());
    }

    @Test
    void makesNoObjectWhereThereIsNoneAnyMore() {
        RootlessNetwork gone = create("web");
        namespace.delete("web");

        statuses.publish(gone, status("of the one that is gone"));
        await().atMost(TestNamespace.DEADLINE).until(() -> Objects.equals(statuses.latest(gone), gone.getStatus()));

        assertThat(requests(gone))
                .extracting(AuditedRequest::verb, AuditedRequest::code)
                .containsExactly(tuple("patch", 404));
        assertThat(namespace.kubectl("get", "rootlessnetworks", "--output=name").stdout())
                .isEmpty();
    }

    @Test
    void isWrittenToTheObjectAsItIsByNow() {
        RootlessNetwork before = create("web");
        namespace.kubectl("label", "rootlessnetwork", "web", "by=somebody").orFail();

        statuses.publish(before, status("of both"));
        awaitRequests(before, 1);
        statuses.seen(namespace.get("web"));

        namespace.awaitStatus("web", now -> now.equals(status("of both")));
        assertThat(namespace.get("web").getMetadata().getLabels()).containsEntry("by", "somebody");
        statuses.publish(before, status("once more"));
        namespace.awaitStatus("web", now -> now.equals(status("once more")));
    }
}
