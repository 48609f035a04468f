package dev.rootlessnetwork.relay;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many descriptors connections and flows may take. Each guest may have up to eight times as many as are free: one that is flooded
 * gets nearly all, and still leaves room for others, which can take theirs as long as there is any. Thread-safe.
 */
final class Capacity {
    /** Of dynamic thresholds as switches share their buffers by (Choudhury and Hahne, 1998). */
    private static final int SHARE = 8;

    private final int descriptors;
    private final AtomicInteger taken = new AtomicInteger();

    /** @param descriptors how many there are in all */
    Capacity(int descriptors) {
        this.descriptors = descriptors;
    }

    /** Takes descriptors for a guest, or returns false. */
    boolean tryTake(AtomicInteger takenByGuest, int count) {
        int free = descriptors - taken.addAndGet(count);
        int own = takenByGuest.addAndGet(count);
        if (free < 0 || own > (long) SHARE * free) {
            giveBack(takenByGuest, count);
            return false;
        }
        return true;
    }

    /** How many there are left, below 0 where listeners have taken too many. */
    int free() {
        return descriptors - taken.get();
    }

    /** Takes descriptors of listeners, of which there may be as many as there are descriptors. */
    void take(int count) {
        taken.addAndGet(count);
    }

    void giveBack(AtomicInteger takenByGuest, int count) {
        takenByGuest.addAndGet(-count);
        taken.addAndGet(-count);
    }

    /** As {@link #take}. */
    void giveBack(int count) {
        taken.addAndGet(-count);
    }
}
