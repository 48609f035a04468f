package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FewThreadsTest {
    private static final int DEADLINE_SECONDS = 20;

    private final Set<Thread> used = ConcurrentHashMap.newKeySet();

    @Test
    void runsEveryTaskOnAsManyThreadsAsAreAllowed() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(50);
        try (FewThreads threads = new FewThreads("few", 4)) {
            for (int i = 0; i < 50; i++) {
                threads.execute(() -> {
                    used.add(Thread.currentThread());
                    await(gate);
                    done.countDown();
                });
            }
            gate.countDown();
            assertThat(done.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(used).hasSize(4).allMatch(Thread::isDaemon);
        }
    }

    @Test
    void makesAThreadForATaskWhileTheOthersAreBusy() throws InterruptedException {
        CountDownLatch together = new CountDownLatch(4);
        try (FewThreads threads = new FewThreads("few", 4)) {
            for (int i = 0; i < 4; i++) {
                threads.execute(() -> {
                    together.countDown();
                    await(together);
                });
            }
            assertThat(together.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
