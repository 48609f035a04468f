package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuietPeriodTest {
    private final QuietPeriod quiet = new QuietPeriod(Duration.ofNanos(200));

    @Test
    void hasNothingToWaitForBeforeTheFirstChange() {
        assertThat(quiet.hasChanges()).isFalse();
    }

    @Test
    void beginsAnewWithEachChange() {
        quiet.change(1000);
        assertThat(quiet.remainingNanos(1150)).isEqualTo(50);
        quiet.change(1150);
        assertThat(quiet.hasChanges()).isTrue();
        assertThat(quiet.remainingNanos(1200)).isEqualTo(150);
        assertThat(quiet.remainingNanos(1350)).isZero();
    }
}
