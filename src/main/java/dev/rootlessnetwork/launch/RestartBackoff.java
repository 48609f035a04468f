package dev.rootlessnetwork.launch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How long to wait before slirp4netns is started again: the longer, the more often it failed in a row.
 *
 * @param failures failed starts and deaths in a row
 * @param last when the last of them was noticed
 */
record RestartBackoff(int failures, Instant last) {
    static final RestartBackoff NONE = new RestartBackoff(0, Instant.EPOCH);

    private static final List<Duration> DELAYS = List.of(
            Duration.ZERO,
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));
    private static final Duration HEALTHY_AFTER = Duration.ofSeconds(60);

    /** After a start that failed. */
    RestartBackoff startFailed(Instant now) {
        return new RestartBackoff(failures + 1, now);
    }

    /** After the death of a process; one that was healthy for a minute starts the count anew. */
    RestartBackoff died(Instant startedAt, Instant now) {
        boolean wasHealthy = !startedAt.plus(HEALTHY_AFTER).isAfter(now);
        return new RestartBackoff(wasHealthy ? 1 : failures + 1, now);
    }

    /** The earliest moment for the next start. */
    Instant nextStart() {
        return failures == 0 ? Instant.MIN : last.plus(DELAYS.get(Math.min(failures, DELAYS.size()) - 1));
    }
}
