package dev.rootlessnetwork.relay;

import java.util.concurrent.atomic.AtomicLong;

/** What a forward has done; thread-safe. */
final class Counters {
    /** Connections or flows that are open now. */
    final AtomicLong open = new AtomicLong();

    /** Connections or flows so far. */
    final AtomicLong total = new AtomicLong();

    /** Bytes from clients to the target. */
    final AtomicLong received = new AtomicLong();

    /** Bytes from the target to clients. */
    final AtomicLong sent = new AtomicLong();

    /** Connections, or datagrams, that the target did not take. */
    final AtomicLong refused = new AtomicLong();

    boolean wasUsed() {
        return total.get() > 0 || refused.get() > 0;
    }
}
