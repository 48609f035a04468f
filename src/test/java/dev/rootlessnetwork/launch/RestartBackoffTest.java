package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartBackoffTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void startsAtOnceBeforeAnyFailure() {
        assertThat(RestartBackoff.NONE.nextStart()).isEqualTo(Instant.MIN);
    }

    @Test
    void waitsLongerWithEachFailureInARow() {
        RestartBackoff backoff = RestartBackoff.NONE;
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            backoff = backoff.startFailed(NOW);
            waits.add(Duration.between(NOW, backoff.nextStart()));
        }
        assertThat(waits)
                .containsExactly(
                        Duration.ZERO,
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60));
    }

    @Test
    void countsAnewAfterAMinuteOfHealth() {
        RestartBackoff often =
                RestartBackoff.NONE.startFailed(NOW).startFailed(NOW).startFailed(NOW);
        assertThat(often.died(NOW, NOW.plusSeconds(59)).failures()).isEqualTo(4);
        assertThat(often.died(NOW, NOW.plusSeconds(60)).failures()).isEqualTo(1);
    }
}
