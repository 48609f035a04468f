package dev.rootlessnetwork.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a loop calls again and again after a period, each until it wants no more. Of one thread. */
final class Ticks {
    private final long periodNanos;
    private List<Tick> ticks = new ArrayList<>();
    private long nextNanoTime;

    Ticks(Duration period) {
        periodNanos = period.toNanos();
    }

    /** Something to be done again after a while. */
    interface Tick {
        /** Returns whether it is to be called again. */
        boolean tick(long nanoTime);
    }

    void add(Tick tick) {
        if (ticks.isEmpty()) {
            nextNanoTime = System.nanoTime() + periodNanos;
        }
        ticks.add(tick);
    }

    boolean isEmpty() {
        return ticks.isEmpty();
    }

    /** Until the next call; rounded up. */
    int millisLeft(long nanoTime) {
        return isEmpty() ? Integer.MAX_VALUE : (int) Math.max(0, (nextNanoTime - nanoTime + 999_999) / 1_000_000);
    }

    /** Calls all, if it is time. */
    void run(long nanoTime) {
        if (isEmpty() || nanoTime - nextNanoTime < 0) {
            return;
        }
        List<Tick> due = ticks;
        ticks = new ArrayList<>(); // one that is called may add others
        for (Tick tick : due) {
            if (tick.tick(nanoTime)) {
                ticks.add(tick);
            }
        }
        nextNanoTime = nanoTime + periodNanos;
    }
}
