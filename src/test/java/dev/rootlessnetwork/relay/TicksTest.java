package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {
    private static final long PERIOD = Duration.ofSeconds(1).toNanos();

    private final Ticks ticks = new Ticks(Duration.ofSeconds(1));
    private final List<String> called = new ArrayList<>();

    @Test
    void callsUntilSomethingWantsNoMore() {
        ticks.add(nanoTime -> {
            called.add("again");
            return called.size() < 3;
        });
        long now = System.nanoTime();
        for (int period = 1; period <= 5; period++) {
            ticks.run(now + 2L * period * PERIOD);
        }
        assertThat(called).hasSize(3);
        assertThat(ticks.isEmpty()).isTrue();
    }

    @Test
    void callsNothingBeforeItsTime() {
        ticks.add(nanoTime -> called.add("early"));
        ticks.run(System.nanoTime() - PERIOD);
        assertThat(called).isEmpty();
    }

    @Test
    void callsWhatIsAddedMeanwhileTheNextTime() {
        ticks.add(nanoTime -> {
            ticks.add(later -> !called.add("second"));
            called.add("first");
            return false;
        });
        long now = System.nanoTime();
        ticks.run(now + 2 * PERIOD);
        assertThat(called).containsExactly("first");
        ticks.run(now + 4 * PERIOD);
        assertThat(called).containsExactly("first", "second");
    }

    @Test
    void leavesNoTimeToWaitWhenItIsTime() {
        ticks.add(nanoTime -> true);
        assertThat(ticks.millisLeft(System.nanoTime() + 2 * PERIOD)).isZero();
        assertThat(ticks.millisLeft(System.nanoTime())).isBetween(1, 1000);
    }
}
