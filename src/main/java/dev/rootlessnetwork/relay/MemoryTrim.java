package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.NativeMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back, some seconds after the last change, the memory that only the change needed. It stops all threads for some milliseconds, so
 * it is done then and never while nothing changes.
 */
final class MemoryTrim implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryTrim.class);
    private static final Duration CHANGES_ARE_OVER = Duration.ofSeconds(3);
    /** After a collection the JVM looks at all its classes once more. */
    private static final Duration COLLECTION_IS_OVER = Duration.ofSeconds(2);

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "memory");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicReference<@Nullable Future<?>> planned = new AtomicReference<>();

    MemoryTrim() {
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Something has changed. */
    void later() {
        plan(this::collect, CHANGES_ARE_OVER);
    }

    /** In place of what is planned. */
    private void plan(Runnable act, Duration delay) {
        Future<?> before = planned.getAndSet(executor.schedule(act, delay.toMillis(), TimeUnit.MILLISECONDS));
        if (before != null) {
            before.cancel(false);
        }
    }

    private void collect() {
        System.gc(); // the serial collector gives free memory back by a full collection only
        plan(MemoryTrim::giveBack, COLLECTION_IS_OVER);
    }

    private static void giveBack() {
        try {
            NativeMemory.giveBack();
        } catch (IOException e) {
            LOG.debug("Cannot give back memory error={}", e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
