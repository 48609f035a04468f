package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.PosixException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** All event loops, and what they share. */
final class Workers implements AutoCloseable {
    /** More than these a machine of any size hardly ever needs to fill its links. */
    private static final int MOST = 4;

    private final Capacity capacity;
    private final Duration udpIdleTimeout;
    private final AtomicInteger nextForUdp = new AtomicInteger();
    private final List<Worker> all = new ArrayList<>();

    private Workers(Capacity capacity, Duration udpIdleTimeout) {
        this.capacity = capacity;
        this.udpIdleTimeout = udpIdleTimeout;
    }

    /**
     * Starts a loop for each processor, up to four.
     *
     * @param udpIdleTimeout after which a UDP flow without a datagram in either direction ends
     */
    static Workers start(Capacity capacity, Duration udpIdleTimeout) throws PosixException {
        Workers workers = new Workers(capacity, udpIdleTimeout);
        int count = Math.min(MOST, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < count; i++) {
            workers.all.add(new Worker(i, workers));
        }
        workers.all.forEach(worker -> worker.loop().start());
        return workers;
    }

    Capacity capacity() {
        return capacity;
    }

    Duration udpIdleTimeout() {
        return udpIdleTimeout;
    }

    /** Whose turn it is to have a UDP port, with all its flows. */
    Worker nextForUdp() {
        return all.get(Math.floorMod(nextForUdp.getAndIncrement(), all.size()));
    }

    int count() {
        return all.size();
    }

    Worker get(int index) {
        return all.get(index);
    }

    /** The one with the fewest connections. */
    Worker idlest() {
        Worker idlest = all.get(0);
        for (Worker worker : all) {
            idlest = worker.streams() < idlest.streams() ? worker : idlest;
        }
        return idlest;
    }

    /** How many connections there are, a little late. */
    int streams() {
        return all.stream().mapToInt(Worker::streams).sum();
    }

    /** Has each do something on its own thread, all at the same time, and waits until all have done it. */
    void onEach(Consumer<Worker> act) {
        List<CompletableFuture<Void>> acts = all.stream()
                .map(worker -> worker.loop().submit(() -> act.accept(worker)))
                .toList();
        acts.forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        all.forEach(worker -> worker.loop().close());
    }
}
