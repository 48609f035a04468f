package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkQueueTest {
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void worksOnAKeyOnceMoreWhenAskedMeanwhileAndNeverTwiceAtATime() throws InterruptedException {
        Semaphore entered = new Semaphore(0);
        Semaphore leave = new Semaphore(0);
        Set<String> under = ConcurrentHashMap.newKeySet();
        WorkQueue queue = new WorkQueue("test", 4, key -> {
            assertThat(under.add(key)).isTrue();
            entered.release();
            leave.acquireUninterruptibly();
            under.remove(key);
            done.add(key);
        });
        queue.add("a");
        entered.acquire();
        queue.add("a");
        queue.add("a");
        leave.release(2);
        queue.awaitIdle();
        assertThat(done).containsExactly("a", "a");
        queue.shutDown();
    }

    @Test
    void worksOnOtherKeysAtTheSameTime() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        WorkQueue queue = new WorkQueue("test", 2, key -> {
            both.countDown();
            awaitQuietly(both);
            done.add(key);
        });
        queue.add("a");
        queue.add("b");
        queue.awaitIdle();
        assertThat(done).containsExactlyInAnyOrder("a", "b");
        queue.shutDown();
    }

    @Test
    void doesLaterWorkThatIsDueAndDropsWhatIsNotAtTheEnd() throws InterruptedException {
        CountDownLatch came = new CountDownLatch(1);
        WorkQueue queue = new WorkQueue("test", 1, key -> {
            done.add(key);
            came.countDown();
        });
        queue.addAfter("a", Duration.ofHours(1));
        queue.addAfter("a", Duration.ofMillis(1));
        queue.addAfter("b", Duration.ofHours(1));
        came.await();
        queue.shutDown();
        queue.add("c");
        assertThat(done).containsExactly("a");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
