package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.launch.WorkQueue;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what happened by events (events.k8s.io/v1). What happens again within the hour is counted in the event that tells of
 * it, written at most once in some seconds; an object gets some new events at a time and then one now and then. Events are dropped
 * when the API server cannot be reached for long: the status tells the same. Thread-safe.
 */
final class EventRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(10);
    private static final int MOST_ATTEMPTS = 8;
    private static final int THREADS = 2;
    private static final Duration LAST_WRITES = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final ApiServerMonitor monitor;
    private final String nodeName;
    private final Clock clock;
    private final AgentMetrics metrics;
    private final WorkQueue queue = new WorkQueue("event", THREADS, this::write);
    private final WriteBackoff backoff = new WriteBackoff();
    private final Map<String, EventSeries> known = new HashMap<>();
    private final Map<String, EventBudget> budgets = new HashMap<>();

    EventRecorder(
            KubernetesClient client, ApiServerMonitor monitor, String nodeName, Clock clock, AgentMetrics metrics) {
        this.client = client;
        this.monitor = monitor;
        this.nodeName = nodeName;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Tells of something that happened to an object, soon. Does not block. */
    synchronized void record(RootlessNetwork object, NetworkEvent what) {
        Instant now = clock.instant();
        String key = EventSeries.key(object, what);
        EventSeries series = known.get(key);
        if (series != null && !series.isOver(now)) {
            boolean allTold = series.written() == series.count();
            series.again(now);
            if (allTold) {
                queue.addAfter(key, BETWEEN_COUNTS); // else it is written soon anyway, and is not to be put off
            }
        } else if (budgets.computeIfAbsent(object.uid(), uid -> new EventBudget())
                .take(now)) {
            known.put(key, new EventSeries(object, what, now));
            queue.add(key);
        } else {
            LOG.debug("An object has had its share of events object={} event={}", object.key(), what);
        }
    }

    /** Drops what is known of an object that is gone. */
    synchronized void forget(String uid) {
        known.keySet().removeIf(key -> key.startsWith(uid + "/"));
        budgets.remove(uid);
    }

    private void write(String key) {
        EventSeries series = series(key);
        if (series == null) {
            return;
        }
        Duration wait = backoff.remaining();
        if (!wait.isZero()) {
            queue.addAfter(key, wait);
            return;
        }
        try {
            int told = write(series);
            backoff.succeeded();
            metrics.eventWritten(false);
            settle(key, series, told);
        } catch (KubernetesClientException e) {
            LOG.debug("Cannot write an event event={} error={}", key, e.toString());
            metrics.eventWritten(true);
            failed(key, series, e);
        }
    }

    private synchronized @Nullable EventSeries series(String key) {
        EventSeries series = known.get(key);
        return series == null || series.written() == series.count() ? null : series;
    }

    /** Makes the event, or changes its count, and nothing else of it, as the API server's rules want it. */
    private int write(EventSeries series) {
        Event event;
        String patch;
        int count;
        boolean exists;
        synchronized (this) {
            event = series.event(nodeName);
            patch = series.countPatch();
            count = series.count();
            exists = series.written() > 0;
        }
        if (exists) {
            client.resource(event).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
            return count;
        }
        client.resource(event).create();
        return 1;
    }

    private synchronized void settle(String key, EventSeries series, int told) {
        series.settle(told);
        if (series.count() > told) {
            queue.addAfter(key, BETWEEN_COUNTS);
        }
    }

    private synchronized void failed(String key, EventSeries series, KubernetesClientException e) {
        boolean exists = e.getCode() == HttpURLConnection.HTTP_CONFLICT;
        boolean refused = e.getCode() >= HttpURLConnection.HTTP_BAD_REQUEST
                && e.getCode() < HttpURLConnection.HTTP_INTERNAL_ERROR
                && e.getCode() != HttpURLConnection.HTTP_FORBIDDEN // also said by a server that has just started
                && e.getCode() != WriteBackoff.TOO_MANY_REQUESTS
                && e.getCode() != HttpURLConnection.HTTP_UNAUTHORIZED;
        Duration wait = backoff.failed(e, monitor.retryAfter());
        if (exists && series.written() == 0) {
            settle(key, series, 1); // the answer to our first attempt was lost
        } else if (refused || series.fail() >= MOST_ATTEMPTS) {
            known.remove(key, series);
        } else {
            queue.addAfter(key, wait);
        }
    }

    /** Writes what waits, if that is soon done, and ends; a request that is not answered meanwhile is given up. */
    @Override
    public void close() {
        queue.abandon(LAST_WRITES);
    }
}
