package dev.rootlessnetwork.launch;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work to be done for keys, by a few threads: never twice at a time for one key, and once more if it was asked for
 * meanwhile. Safe for all threads.
 */
public final class WorkQueue {
    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);
    private static final Duration AFTER_FAULT = Duration.ofSeconds(30);
    private static final Duration IDLE_THREAD_ENDS = Duration.ofSeconds(10);

    private final Consumer<String> work;
    private final ScheduledThreadPoolExecutor threads;
    private final Map<String, Pending> pending = new HashMap<>();
    private boolean closed;

    /** Of a key with work waiting, under way, or due later. */
    private static final class Pending {
        private boolean waiting;
        private boolean running;
        private @Nullable Future<?> timer;
    }

    /**
     * A queue with threads of its own.
     *
     * @param name of the work, and of its threads
     * @param threads at most; those that have nothing to do end
     * @param work what to do for a key; a runtime exception is logged, and the work tried again later
     */
    public WorkQueue(String name, int threads, Consumer<String> work) {
        this.work = work;
        AtomicInteger count = new AtomicInteger();
        this.threads = new ScheduledThreadPoolExecutor(threads, task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.threads.setRemoveOnCancelPolicy(true);
        this.threads.setKeepAliveTime(IDLE_THREAD_ENDS.toSeconds(), TimeUnit.SECONDS);
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Asks for work, as soon as a thread is free. Does not block. */
    public synchronized void add(String key) {
        if (closed) {
            return;
        }
        Pending state = pending.computeIfAbsent(key, unused -> new Pending());
        if (!state.waiting) {
            state.waiting = true;
            if (!state.running) {
                threads.execute(() -> run(key));
            }
        }
    }

    /** Asks for work after a while, instead of what was asked for so before. Does not block. */
    public synchronized void addAfter(String key, Duration delay) {
        if (closed) {
            return;
        }
        Pending state = pending.computeIfAbsent(key, unused -> new Pending());
        cancelTimer(state);
        state.timer = threads.schedule(() -> add(key), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Lets more threads work from now on. */
    public void widen(int newThreads) {
        threads.setCorePoolSize(Math.max(newThreads, threads.getCorePoolSize()));
    }

    private void run(String key) {
        begin(key);
        try {
            work.accept(key);
        } catch (RuntimeException e) {
            LOG.error("A fault of the program key={}", key, e);
            addAfter(key, AFTER_FAULT);
        } finally {
            end(key);
        }
    }

    private synchronized void begin(String key) {
        Pending state = pending.computeIfAbsent(key, unused -> new Pending());
        state.waiting = false;
        state.running = true;
        cancelTimer(state);
    }

    private synchronized void end(String key) {
        Pending state = pending.computeIfAbsent(key, unused -> new Pending());
        state.running = false;
        if (state.waiting && !closed) {
            threads.execute(() -> run(key));
        } else if (state.timer == null) {
            pending.remove(key);
        }
        notifyAll();
    }

    private static void cancelTimer(Pending state) {
        if (state.timer != null) {
            state.timer.cancel(false);
            state.timer = null;
        }
    }

    /** Blocks until nothing is waiting or under way; what is due later does not count. */
    public synchronized void awaitIdle() throws InterruptedException {
        while (!isIdle()) {
            wait();
        }
    }

    /** The same, but not longer than this; whether it is idle. */
    public synchronized boolean awaitIdle(Duration most) throws InterruptedException {
        long deadline = System.nanoTime() + most.toNanos();
        while (!isIdle()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private boolean isIdle() {
        return pending.values().stream().noneMatch(state -> state.running || (state.waiting && !closed));
    }

    /**
     * Lets a thread run this once after a while, unless it is cancelled. A runtime exception is logged, and that is all: what must
     * succeed in the end is work, with a key.
     */
    public Future<?> later(Duration delay, Runnable task) {
        return threads.schedule(() -> runOnce(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void runOnce(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A fault of the program", e);
        }
    }

    /**
     * Shuts down after having worked on what waits, for this long at most. An interrupt cuts it short, and stays pending.
     */
    public void close(Duration most) {
        try {
            awaitIdle(most);
            shutDown();
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Shuts down after having worked on what waits, for this long at most. What is under way then is interrupted, and not waited for. An
     * interrupt cuts it short, and stays pending.
     */
    public void abandon(Duration most) {
        try {
            awaitIdle(most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            closed = true;
            pending.values().forEach(WorkQueue::cancelTimer);
        }
        threads.shutdownNow();
    }

    /** Drops what waits or is due later, and blocks until what is under way has ended. */
    public void shutDown() throws InterruptedException {
        synchronized (this) {
            closed = true;
            pending.values().forEach(WorkQueue::cancelTimer);
            awaitIdle();
        }
        threads.shutdownNow();
    }
}
