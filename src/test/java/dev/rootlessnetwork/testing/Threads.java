package dev.rootlessnetwork.testing;

import java.util.concurrent.Executor;

/** Threads of tests that do several things at a time. */
public final class Threads {
    /**
     * Gives each task a thread of its own. The common pool may have a single one (since Java 25 also for CompletableFuture), in which
     * tasks that wait for each other would never end.
     */
    public static final Executor OWN = task -> {
        Thread thread = new Thread(task, "test-task");
        thread.setDaemon(true);
        thread.start();
    };

    private Threads() {}
}
