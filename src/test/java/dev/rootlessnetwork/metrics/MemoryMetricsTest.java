package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryMetricsTest {
    private static final String NAME = "rootlessnetwork_network_memory_bytes";

    private final AgentMetrics agent = new AgentMetrics("1.0");

    @Test
    void tellsOfEachObjectThatIsKnownUntilItIsGone() {
        agent.converged(Samples.observation("web"));
        agent.memory(() -> Map.of("uid-web", 2048L, "uid-unknown", 1L));
        assertThat(new Samples(agent).told(NAME)).containsExactly(NAME + "{name=\"web\",namespace=\"default\"} 2048.0");

        agent.forgotten("uid-web");
        assertThat(new Samples(agent).metrics).doesNotContainKey(NAME);
    }

    @Test
    void saysNothingWhereMemoryIsNotAccounted() {
        agent.converged(Samples.observation("web"));
        assertThat(new Samples(agent).metrics).doesNotContainKey(NAME);
    }
}
