package dev.rootlessnetwork.kube;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How many new events an object may still cause: some at once, then one in a while. Guarded by its recorder. */
final class EventBudget {
    private static final int MOST = 25;
    private static final Duration REFILL = Duration.ofSeconds(30);

    private int left = MOST;
    private @Nullable Instant refilled;

    /** Takes one; false if there is none. */
    boolean take(Instant now) {
        if (refilled == null) {
            refilled = now;
        }
        long due = Math.max(0, Duration.between(refilled, now).dividedBy(REFILL));
        if (due > 0) {
            left = (int) Math.min(MOST, left + due);
            refilled = refilled.plus(REFILL.multipliedBy(due));
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
