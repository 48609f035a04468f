package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What tools that judge any object by its conditions make of ours. */
class KstatusTest {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Problem STARTING = Problem.retried(Reason.Starting, "slirp4netns is being started");

    private static RootlessNetwork object(long generation, RootlessNetworkStatus status) {
        RootlessNetwork object =
                RootlessNetwork.of("web", "demo", new RootlessNetworkSpec("n1", null, null, List.of()));
        object.setGeneration(generation);
        object.setStatus(status);
        return object;
    }

    static JsonNode observed(Observation observation) {
        RootlessNetworkStatus status = StatusMapper.map(observation, null, null, StatusMapperTest.NOW);
        return JSON.valueToTree(object(observation.identity().generation(), status));
    }

    static Stream<Arguments> observations() {
        var active = StatusMapperTest.active("http");
        var taken = StatusMapperTest.failed("dns", StatusMapperTest.CONFLICT);
        var forbidden = StatusMapperTest.failed("ftp", StatusMapperTest.NOT_ALLOWED);
        return Stream.of(
                argumentSet("up, without ports", StatusMapperTest.up(null), Kstatus.Current),
                argumentSet("up, its port active", StatusMapperTest.up(null, active), Kstatus.Current),
                argumentSet("being started", StatusMapperTest.down(null, STARTING, 0), Kstatus.InProgress),
                argumentSet(
                        "being started, its port pending",
                        StatusMapperTest.down(null, STARTING, 0, StatusMapperTest.pending("http", STARTING)),
                        Kstatus.InProgress),
                argumentSet(
                        "dead and retried",
                        StatusMapperTest.down(null, StatusMapperTest.EXITED, 4),
                        Kstatus.InProgress),
                argumentSet(
                        "kept from its target by another object",
                        StatusMapperTest.down(null, StatusMapperTest.IN_USE, 0),
                        Kstatus.Failed),
                argumentSet("up, a host port taken", StatusMapperTest.up(null, active, taken), Kstatus.InProgress),
                argumentSet(
                        "up, a host port not allowed", StatusMapperTest.up(null, active, forbidden), Kstatus.Failed),
                argumentSet(
                        "up, one host port taken, another not allowed",
                        StatusMapperTest.up(null, taken, forbidden),
                        Kstatus.Failed),
                argumentSet("never accepted", StatusMapperTest.neverAccepted(), Kstatus.Failed),
                argumentSet(
                        "up as it was before an edit that is refused",
                        StatusMapperTest.up(StatusMapperTest.INVALID, active),
                        Kstatus.Failed),
                argumentSet(
                        "dead and retried, after an edit that is refused",
                        StatusMapperTest.down(StatusMapperTest.INVALID, StatusMapperTest.EXITED, 1),
                        Kstatus.Failed));
    }

    @ParameterizedTest
    @MethodSource("observations")
    void judgesEachObservation(Observation observation, Kstatus expected) {
        assertThat(Kstatus.of(observed(observation))).isEqualTo(expected);
    }

    @Test
    void takesAnObjectThatNoAgentHasSeenAsInProgress() {
        var asDefaultedByTheServer = new RootlessNetworkStatus(-1L, List.of(), null, null, null, null, List.of());

        assertThat(Kstatus.of(JSON.valueToTree(object(1, asDefaultedByTheServer))))
                .isEqualTo(Kstatus.InProgress);
    }

    @Test
    void takesAnEditThatTheAgentHasNotSeenAsInProgress() {
        RootlessNetworkStatus ready = StatusMapper.map(
                StatusMapperTest.up(null, StatusMapperTest.active("http")), null, null, StatusMapperTest.NOW);

        assertThat(Kstatus.of(JSON.valueToTree(object(ready.observedGeneration() + 1, ready))))
                .isEqualTo(Kstatus.InProgress);
    }

    @Test
    void takesAnObjectThatIsBeingDeletedAsTerminating() {
        RootlessNetwork deleted =
                object(1, new RootlessNetworkStatus(1L, List.of(), null, null, null, null, List.of()));
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

        assertThat(Kstatus.of(JSON.valueToTree(deleted))).isEqualTo(Kstatus.Terminating);
    }
}
