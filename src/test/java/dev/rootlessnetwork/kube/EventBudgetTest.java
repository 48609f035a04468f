package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EventBudgetTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final EventBudget budget = new EventBudget();

    private int taken(Instant now) {
        int taken = 0;
        while (budget.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void allowsSomeAtOnceThenOneInAWhile() {
        assertThat(taken(START)).isEqualTo(25);
        assertThat(taken(START.plusSeconds(29))).isZero();
        assertThat(taken(START.plusSeconds(30))).isEqualTo(1);
        assertThat(taken(START.plusSeconds(59))).isZero();
        assertThat(taken(START.plusSeconds(125))).isEqualTo(3);
    }

    @Test
    void keepsNoMoreThanItHadAtFirst() {
        assertThat(taken(START)).isEqualTo(25);
        assertThat(taken(START.plusSeconds(1_000_000))).isEqualTo(25);
    }

    @Test
    void allowsNothingForAClockThatGoesBack() {
        assertThat(taken(START)).isEqualTo(25);
        assertThat(taken(START.minusSeconds(1_000_000))).isZero();
        assertThat(taken(START.plusSeconds(30))).isEqualTo(1);
    }
}
