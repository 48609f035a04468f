package dev.rootlessnetwork.relay;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Closes ports, and ends what they have led on. */
final class ForwardCloser {
    private final Workers workers;

    ForwardCloser(Workers workers) {
        this.workers = workers;
    }

    /**
     * Takes no more clients, and ends UDP flows; blocks until all workers have let go of the ports.
     *
     * @param grace how long TCP connections may go on
     * @param ours whether the ports are; else a successor has them, and only connections are left here
     */
    void close(Collection<Forward> closing, Duration grace, boolean ours) {
        if (closing.isEmpty()) {
            return;
        }
        if (ours) {
            closing.forEach(Forward::close);
        }
        Set<Forward> closed = new HashSet<>(closing);
        long deadline = System.nanoTime() + grace.toNanos();
        workers.onEach(worker -> {
            if (grace.isZero()) {
                endConnections(worker, closed);
            }
            closed.forEach(forward -> forward.detach(worker));
            if (!grace.isZero()) {
                worker.loop().everySecond(nanoTime -> {
                    boolean over = nanoTime - deadline >= 0;
                    if (over) {
                        endConnections(worker, closed);
                    }
                    return !over;
                });
            }
        });
        if (ours) {
            closed.forEach(Forward::release);
            workers.capacity().giveBack(closed.size());
        }
    }

    private static void endConnections(Worker worker, Set<Forward> closed) {
        worker.loop().forEach(StreamEnd.class, end -> {
            if (closed.contains(end.stream().forward())) {
                end.stream().reset();
            }
        });
    }
}
