package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.PortObservation.State;
import dev.rootlessnetwork.launch.Traffic;
import dev.rootlessnetwork.launch.TrafficSamples;
import dev.rootlessnetwork.network.PortEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayMetricsTest {
    private static final String PASSIVE = "{name=\"web\",namespace=\"default\",port=\"passive\",protocol=\"TCP\"} ";

    private final AgentMetrics agent = new AgentMetrics("1.0");

    @BeforeEach
    void observe() {
        agent.converged(Samples.observation(
                "web",
                port(Plans.tcp("passive", "0.0.0.0", 20000, 20000, 5000), 20000),
                port(Plans.tcp("idle", "0.0.0.0", 80, 80, 1), 80),
                port(Plans.tcp("unchosen", "0.0.0.0", null, 80, 1), null)));
        agent.traffic(() -> new TrafficSamples()
                .with("uid-web", TrafficSamples.tcp("0.0.0.0", 20000), new Traffic(1, 2, 30, 40, 5))
                .with("uid-web", TrafficSamples.tcp("0.0.0.0", 24999), new Traffic(1, 3, 0, 4, 0))
                .with("uid-unknown", TrafficSamples.tcp("0.0.0.0", 80), new Traffic(1, 1, 1, 1, 1))
                .answer());
    }

    private static PortObservation port(PortEntry entry, @Nullable Integer hostPort) {
        return new PortObservation(entry, hostPort, hostPort == null ? State.PENDING : State.ACTIVE, null);
    }

    private List<String> relay(String figure) {
        return new Samples(agent).told("rootlessnetwork_relay_" + figure);
    }

    @Test
    void tellsOfEachEntryThatWasUsed() {
        assertThat(relay("connections_open"))
                .containsExactly("rootlessnetwork_relay_connections_open" + PASSIVE + "2.0");
        assertThat(relay("connections_total"))
                .containsExactly("rootlessnetwork_relay_connections_total" + PASSIVE + "5.0");
        assertThat(relay("received_bytes_total"))
                .containsExactly("rootlessnetwork_relay_received_bytes_total" + PASSIVE + "30.0");
        assertThat(relay("sent_bytes_total"))
                .containsExactly("rootlessnetwork_relay_sent_bytes_total" + PASSIVE + "44.0");
        assertThat(relay("refused_total")).containsExactly("rootlessnetwork_relay_refused_total" + PASSIVE + "5.0");
    }

    @Test
    void tellsOfTheRelayItself() {
        Samples samples = new Samples(agent);
        assertThat(samples.value("rootlessnetwork_relay_up")).isEqualTo(1);
        assertThat(samples.value("rootlessnetwork_relay_resident_memory_bytes")).isGreaterThan(1 << 20);
        assertThat(samples.value("rootlessnetwork_relay_open_fds")).isGreaterThan(2);
    }

    @Test
    void tellsNothingMoreOfAnObjectThatIsGone() {
        agent.forgotten("uid-web");
        assertThat(new Samples(agent).metrics).doesNotContainKey("rootlessnetwork_relay_connections_open");
        assertThat(new Samples(agent).metrics).containsKey("rootlessnetwork_relay_up");
    }

    @Test
    void saysThatARelayDoesNotAnswerAndNothingOfItsPorts() {
        agent.traffic(TrafficSamples::silence);
        assertThat(new Samples(agent).value("rootlessnetwork_relay_up")).isZero();
        assertThat(new Samples(agent).metrics.keySet())
                .filteredOn(name -> name.startsWith("rootlessnetwork_relay_"))
                .containsExactly("rootlessnetwork_relay_up");
    }

    @Test
    void saysNothingWhereThereIsNoRelay() {
        agent.traffic(() -> NodeTraffic.NONE);
        assertThat(new Samples(agent).metrics.keySet()).noneMatch(name -> name.startsWith("rootlessnetwork_relay_"));
    }
}
