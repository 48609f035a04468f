package dev.rootlessnetwork.metrics;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Daemon threads that are made only when none is idle, up to a limit, and end when they stay idle. The JDK's own pools make
 * one for each task up to their limit, or do not go beyond the first until a queue is full; each costs some 200 KiB.
 */
final class FewThreads implements Executor, AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor pool;

    FewThreads(String name, int most) {
        Waiting waiting = new Waiting();
        pool = new ThreadPoolExecutor(
                0,
                most,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                waiting,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                },
                (task, full) -> waiting.addAnyway(task));
    }

    /** Refuses what no idle thread takes at once, so that the pool makes a thread, or else hands it back to be added anyway. */
    private static final class Waiting extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return hasWaitingConsumer() && super.offer(task);
        }

        void addAnyway(Runnable task) {
            super.offer(task);
        }
    }

    /** To be called by one thread at a time. Never blocks; where all threads are taken, the task waits. */
    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Interrupts what runs, and drops what waits. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
