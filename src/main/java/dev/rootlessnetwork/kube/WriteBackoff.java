package dev.rootlessnetwork.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When to write to the API server again after it failed: shared by all writes of a kind, so that the many that wait for one that is
 * down do not beset it. Statuses and events have one each, since one may be refused and the other not. Thread-safe.
 */
final class WriteBackoff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** Codes of RFC 6585 and RFC 4918 that the JDK has no names for. */
    static final int TOO_MANY_REQUESTS = 429;

    static final int UNPROCESSABLE = 422;

    private long untilNanos = System.nanoTime();
    private Duration next = FIRST;

    /** How long to wait now; zero: not at all. */
    synchronized Duration remaining() {
        long left = untilNanos - System.nanoTime();
        return left <= 0 ? Duration.ZERO : jittered(Duration.ofNanos(left));
    }

    synchronized void succeeded() {
        next = FIRST;
    }

    /**
     * Notes a failure; how long the one who met it has to wait.
     *
     * @param asked how long the API server asks to wait; zero if it does not
     */
    synchronized Duration failed(KubernetesClientException e, Duration asked) {
        Duration wait = next;
        next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
        if (concernsAll(e.getCode())) {
            wait = asked.compareTo(wait) > 0 ? asked : wait;
            untilNanos = System.nanoTime() + wait.toNanos();
        }
        return jittered(wait);
    }

    /** Without an answer there is no code, which is less than any; an answer about one object says nothing of others. */
    private static boolean concernsAll(int code) {
        return code <= 0
                || code == HttpURLConnection.HTTP_UNAUTHORIZED
                || code == HttpURLConnection.HTTP_FORBIDDEN
                || code == TOO_MANY_REQUESTS
                || code >= HttpURLConnection.HTTP_INTERNAL_ERROR;
    }

    private static Duration jittered(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 4 + 1));
    }
}
