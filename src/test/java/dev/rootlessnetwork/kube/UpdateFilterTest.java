package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a writer that has written nothing yet, and a client that nobody asks for anything. */
class UpdateFilterTest {
    private static final RootlessNetworkStatus STATUS = new RootlessNetworkStatus(
            1L,
            List.of(new StatusCondition("Ready", "True", "NetworkReady", "", "2026-01-01T00:00:00Z", 1L)),
            null,
            null,
            null,
            null,
            List.of());

    private final KubernetesClient client = new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder().withAutoConfigure(false).build())
            .build();
    private final StatusWriter statuses = new StatusWriter(client, new ApiServerMonitor(), new AgentMetrics("test"));
    private final UpdateFilter filter = new UpdateFilter(statuses);

    @AfterEach
    void close() {
        statuses.close();
        client.close();
    }

    @Test
    void letsAnotherEditionOfTheSpecPass() {
        RootlessNetwork edited = SampleObjects.of("node-1", "1");
        edited.setGeneration(2);
        assertThat(filter.accept(edited, SampleObjects.of("node-1", "1"))).isTrue();
    }

    @Test
    void letsAnotherObjectOfTheNamePass() {
        assertThat(filter.accept(SampleObjects.of("node-1", "2"), SampleObjects.of("node-1", "1")))
                .isTrue();
    }

    @Test
    void keepsOutWhatChangesNothingThatConcernsTheAgent() {
        RootlessNetwork labelled = SampleObjects.of("node-1", "1");
        labelled.getMetadata().setResourceVersion("11");
        labelled.setStatus(STATUS);
        assertThat(filter.accept(labelled, SampleObjects.of("node-1", "1"))).isFalse();
    }

    @Test
    void takesTheStatusOfTheObjectWhileNoneWasWritten() {
        RootlessNetwork object = SampleObjects.of("node-1", "1");
        assertThat(statuses.latest(object)).isNull();
        object.setStatus(STATUS);
        assertThat(statuses.latest(object)).isEqualTo(STATUS);
        assertThat(statuses.isForeign(object)).isFalse();
    }

    @Test
    void seesThatTheStatusThatTheSchemaGivesTellsNothing() {
        assertThat(StatusWriter.isNone(null)).isTrue();
        assertThat(StatusWriter.isNone(new RootlessNetworkStatus(-1L, List.of(), null, null, null, null, List.of())))
                .isTrue();
        assertThat(StatusWriter.isNone(STATUS)).isFalse();
    }
}
