package dev.rootlessnetwork.standalone;

import java.time.Duration;

/** Tells when changes have come to a rest. Not for use by several threads. */
final class QuietPeriod {
    private final long lengthNanos;
    private boolean changed;
    private long lastChangeNanos;

    QuietPeriod(Duration length) {
        this.lengthNanos = length.toNanos();
    }

    /** @param nowNanos as of {@link System#nanoTime} */
    void change(long nowNanos) {
        changed = true;
        lastChangeNanos = nowNanos;
    }

    boolean hasChanges() {
        return changed;
    }

    /** How long no change may come until it is quiet; zero or less: it is. */
    long remainingNanos(long nowNanos) {
        return lengthNanos - (nowNanos - lastChangeNanos);
    }
}
