package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.launch.Observation;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes what manifests declare true once, as far as possible now, and leaves it running. */
public final class OnceRunner implements Fleet.Listener {
    private static final Set<String> AWAITED = Set.of("TargetNotFound", "TargetExited");

    /** What the launcher wants to look at again this soon is about to be complete, such as an IPv6 address. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final RunSettings settings;
    private final Duration timeout;
    private final Map<String, Attempt> attempts = new HashMap<>();
    private long startNanos;

    private enum Attempt {
        /** None was made. */
        NONE,
        /** Its target is awaited. */
        AWAITING,
        /** It is about to be complete. */
        SETTLING,
        DONE
    }

    /**
     * What came out.
     *
     * @param objects with their status, sorted by namespace and name
     * @param sound whether all files could be read and no object was declared twice
     */
    public record Result(List<ObjectNode> objects, boolean sound) {
        public Result {
            objects = List.copyOf(objects);
        }
    }

    /** @param timeout how long to wait for targets that are not there yet */
    public OnceRunner(RunSettings settings, Duration timeout) {
        this.settings = settings;
        this.timeout = timeout;
    }

    /** Blocks until each object is Ready, Stalled or has failed its first attempt. */
    public Result run() throws IOException, InterruptedException {
        Fleet fleet = new Fleet(settings, this);
        try {
            ObjectTable table = new ManifestSource(settings.paths(), settings.err(), fleet.stored()).look();
            synchronized (this) {
                startNanos = System.nanoTime();
                table.byUid().keySet().forEach(uid -> attempts.put(uid, Attempt.NONE));
            }
            fleet.want(table.byUid());
            awaitAttempts();
            fleet.detach();
            return new Result(fleet.objects(), table.problems().isEmpty());
        } catch (RuntimeException e) {
            fleet.detach();
            throw e;
        }
    }

    private synchronized void awaitAttempts() throws InterruptedException {
        while (true) {
            if (attempts.containsValue(Attempt.NONE)) {
                wait();
                continue;
            }
            long waited = System.nanoTime() - startNanos;
            long patience = 0;
            if (attempts.containsValue(Attempt.AWAITING)) {
                patience = timeout.toNanos();
            }
            if (attempts.containsValue(Attempt.SETTLING)) {
                patience = Math.max(patience, PATIENCE.toNanos());
            }
            if (waited >= patience) {
                return;
            }
            wait(Math.max(1, Duration.ofNanos(patience - waited).toMillis()));
        }
    }

    @Override
    public synchronized void converged(String uid, Observation observation, RootlessNetworkStatus status) {
        attempts.replace(uid, judge(observation.retryAfter(), status));
        notifyAll();
    }

    @Override
    public void stopped(String uid) {
        // nothing is stopped here
    }

    private static Attempt judge(@org.jspecify.annotations.Nullable Duration retryAfter, RootlessNetworkStatus status) {
        boolean ready = false;
        for (StatusCondition condition : status.conditions()) {
            if (condition.type().equals("Reconciling") && AWAITED.contains(condition.reason())) {
                return Attempt.AWAITING;
            }
            ready |= condition.type().equals("Ready") && condition.status().equals("True");
        }
        boolean soon = retryAfter != null && retryAfter.compareTo(SOON) <= 0;
        return ready && soon ? Attempt.SETTLING : Attempt.DONE;
    }
}
