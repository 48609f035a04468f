package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.launch.WorkQueue;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statuses, apart from the work that they tell of: a network is repaired although the API server does not answer, and
 * what became of it is written when it does. Only the newest status of an object waits, and one that is there already is not
 * written. Thread-safe.
 */
final class StatusWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
    private static final String FIELD_MANAGER = "rootlessnetwork";
    private static final int THREADS = 4;
    private static final Duration REFUSED_AGAIN = Duration.ofMinutes(5);

    /** The object has changed, or is another one: we hear of that soon, and then do not wait any longer. */
    private static final Duration CONFLICT_AGAIN = Duration.ofSeconds(1);

    private static final Duration LAST_WRITES = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final ApiServerMonitor monitor;
    private final AgentMetrics metrics;
    private final WorkQueue queue = new WorkQueue("status", THREADS, this::write);
    private final WriteBackoff backoff = new WriteBackoff();
    /** Whether the last write failed by something that concerns all of them. */
    private volatile boolean failing;

    private final Map<String, Told> told = new ConcurrentHashMap<>();

    /**
     * What is known of an object's status.
     *
     * @param pending what is to be written; null if nothing is
     * @param written what was written last; null while nothing was
     */
    private record Told(
            RootlessNetwork object,
            @Nullable RootlessNetworkStatus pending,
            @Nullable Written written) {
        Told with(@Nullable Written newWritten) {
            return new Told(object, pending, newWritten);
        }

        /** The newest one that is known of the object. */
        String resourceVersion() {
            long seen = StatusWriter.resourceVersion(object);
            return Long.toString(written == null ? seen : Math.max(seen, written.resourceVersion));
        }
    }

    /**
     * A status that was written.
     *
     * @param sent as it was meant
     * @param kept as the API server answered that it is: a schema of another version may know fewer fields
     * @param resourceVersion that the object got by it
     */
    private record Written(
            RootlessNetworkStatus sent, @Nullable RootlessNetworkStatus kept, long resourceVersion) {}

    StatusWriter(KubernetesClient client, ApiServerMonitor monitor, AgentMetrics metrics) {
        this.client = client;
        this.monitor = monitor;
        this.metrics = metrics;
    }

    /** The status as it will be once everything is written; null if the object has none yet. */
    @Nullable
    RootlessNetworkStatus latest(RootlessNetwork object) {
        Told last = told.get(object.uid());
        return latest(object, last == null ? new Told(object, null, null) : last);
    }

    private static @Nullable RootlessNetworkStatus latest(RootlessNetwork object, Told last) {
        if (last.pending != null) {
            return last.pending;
        }
        return last.written != null && resourceVersion(object) <= last.written.resourceVersion
                ? last.written.sent
                : object.getStatus();
    }

    /** Whether a status that the API server tells of is neither ours nor older than ours: then somebody else wrote it. */
    boolean isForeign(RootlessNetwork object) {
        Told last = told.get(object.uid());
        return last != null
                && last.written != null
                && resourceVersion(object) > last.written.resourceVersion
                && !Objects.equals(last.written.kept, object.getStatus());
    }

    /** Writes a status soon, unless the object has it. Does not block. */
    void publish(RootlessNetwork object, RootlessNetworkStatus status) {
        publish(object, status, latest -> !status.equals(latest));
    }

    /** Writes a status soon, unless the object has one of ours. Does not block. */
    void publishFirst(RootlessNetwork object, RootlessNetworkStatus status) {
        publish(object, status, StatusWriter::isNone);
    }

    /** Whether no agent has written this status: the one that a new object has by the schema tells nothing. */
    static boolean isNone(@Nullable RootlessNetworkStatus status) {
        return status == null
                || status.conditions().isEmpty()
                || (status.observedGeneration() != null && status.observedGeneration() < 0);
    }

    private void publish(
            RootlessNetwork object, RootlessNetworkStatus status, Predicate<@Nullable RootlessNetworkStatus> isDue) {
        Told now = told.compute(object.uid(), (uid, last) -> {
            Told before = last == null ? new Told(object, null, null) : last;
            if (isDue.test(latest(object, before))) {
                return new Told(object, status, before.written);
            }
            return before.written == null ? before.with(asFound(object)) : before;
        });
        if (now.pending != null) {
            queue.add(object.uid()); // after it is there to be found
        }
    }

    /** The status that an object had already: as if we had written it, so that it is noticed when somebody else does. */
    private static @Nullable Written asFound(RootlessNetwork object) {
        RootlessNetworkStatus status = object.getStatus();
        return isNone(status) ? null : new Written(status, status, resourceVersion(object));
    }

    /** Hears of an object as it is now: a status that waits is meant for this edition of it. Does not block. */
    void seen(RootlessNetwork object) {
        Told now = told.computeIfPresent(
                object.uid(),
                (uid, last) -> resourceVersion(object) > resourceVersion(last.object)
                        ? new Told(object, last.pending, last.written)
                        : last);
        if (now != null && now.pending != null) {
            queue.add(object.uid());
        }
    }

    /** How many statuses wait to be written. */
    int waiting() {
        return (int) told.values().stream().filter(last -> last.pending != null).count();
    }

    /** What keeps statuses that wait from being written; empty if nothing does, or if it concerns a single object. */
    Optional<String> trouble() {
        return failing && waiting() > 0 ? monitor.writeTrouble() : Optional.empty();
    }

    /** Drops what is known of an object that is gone. */
    void forget(String uid) {
        told.remove(uid);
    }

    private void write(String uid) {
        Told now = told.get(uid);
        if (now == null || now.pending == null) {
            return;
        }
        Duration wait = backoff.remaining();
        if (!wait.isZero()) {
            queue.addAfter(uid, wait);
            return;
        }
        try {
            RootlessNetwork answer = apply(now, now.pending);
            backoff.succeeded();
            failing = false;
            metrics.statusWritten(false);
            settle(uid, now.pending, answer);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                // Where the definition has no status subresource, the API server says so in the same words; without the
                // definition objects cannot be read either, which the monitor tells.
                LOG.debug("The object of a status is gone object={} uid={}", now.object.key(), uid);
                forget(uid);
                return;
            }
            metrics.statusWritten(true);
            queue.addAfter(uid, retry(now.object, e));
        }
    }

    /** What stands in the way of all writes the monitor tells; here it is about one object. */
    private Duration retry(RootlessNetwork object, KubernetesClientException e) {
        if (e.getCode() == WriteBackoff.UNPROCESSABLE || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST) {
            LOG.warn(
                    "The API server refuses a status: bring the custom resource definition up to date object={} error={}",
                    object.key(),
                    e.getMessage());
            return REFUSED_AGAIN;
        }
        LOG.debug("Cannot write a status object={} error={}", object.key(), e.toString());
        if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
            return CONFLICT_AGAIN;
        }
        failing = true;
        return backoff.failed(e, monitor.retryAfter());
    }

    private void settle(String uid, RootlessNetworkStatus sent, RootlessNetwork answer) {
        Written written = new Written(sent, answer.getStatus(), resourceVersion(answer));
        told.computeIfPresent(
                uid, (unused, last) -> new Told(last.object, sent.equals(last.pending) ? null : last.pending, written));
    }

    private RootlessNetwork apply(Told now, RootlessNetworkStatus status) {
        RootlessNetwork fresh = new RootlessNetwork();
        // The version is a precondition, because a UID is none for a status: that of a deleted object would end up in
        // another one of its name.
        fresh.setMetadata(new ObjectMetaBuilder()
                .withNamespace(now.object.key().namespace())
                .withName(now.object.key().name())
                .withUid(now.object.uid())
                .withResourceVersion(now.resourceVersion())
                .build());
        fresh.setStatus(status);
        PatchContext apply = new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(FIELD_MANAGER)
                .withForce(true)
                .build();
        return client.resource(fresh).subresource("status").patch(apply, fresh);
    }

    private static long resourceVersion(RootlessNetwork object) {
        String version = object.getMetadata().getResourceVersion();
        return version == null ? 0 : Long.parseLong(version);
    }

    /** Writes what waits, if that is soon done, and ends; a request that is not answered meanwhile is given up. */
    @Override
    public void close() {
        queue.abandon(LAST_WRITES);
    }
}
