package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.StatusMapper;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one object true and tells what became of it. Never writes to the object but its status, and that only by the writer. */
final class NetworkReconciler implements Reconciler<RootlessNetwork> {
    /**
     * The SDK keeps timers by name: when work on an object that is gone ends, it drops the timer of another one that has its name
     * by now, which is therefore looked at once more.
     */
    private static final Duration LOOK_AT_SUCCESSOR = Duration.ofMillis(100);

    private final String nodeName;
    private final NodeNetworks networks;
    private final SimpleInboundEventSource<RootlessNetwork> changes;
    private final StatusWriter statuses;
    private final EventRecorder events;
    private final AgentMetrics metrics;
    private final Clock clock;

    /** @param changes where the launcher's word that something changed comes in */
    NetworkReconciler(
            ControllerSettings settings,
            NodeNetworks networks,
            SimpleInboundEventSource<RootlessNetwork> changes,
            StatusWriter statuses,
            EventRecorder events,
            AgentMetrics metrics) {
        this.nodeName = settings.nodeName();
        this.networks = networks;
        this.changes = changes;
        this.statuses = statuses;
        this.events = events;
        this.metrics = metrics;
        this.clock = settings.clock();
    }

    @Override
    public List<EventSource<?, RootlessNetwork>> prepareEventSources(EventSourceContext<RootlessNetwork> context) {
        return List.of(changes, new ObjectEvents(nodeName, networks, statuses, context.getPrimaryCache(), metrics));
    }

    @Override
    public UpdateControl<RootlessNetwork> reconcile(RootlessNetwork object, Context<RootlessNetwork> context) {
        long start = System.nanoTime();
        boolean failed = true;
        try {
            boolean isFirst = StatusWriter.isNone(statuses.latest(object));
            Observation observation =
                    networks.converge(object, isFirst ? starting -> publishStart(object, starting) : null);
            publish(object, observation);
            failed = false;
            return again(networks.has(object) ? observation.retryAfter() : LOOK_AT_SUCCESSOR);
        } finally {
            metrics.reconciled(Duration.ofNanos(System.nanoTime() - start), failed);
        }
    }

    private void publish(RootlessNetwork object, Observation observation) {
        if (!networks.has(object)) {
            return; // it went meanwhile: what is told of it would be tried for ever where another one has its name
        }
        RootlessNetworkStatus before = statuses.latest(object);
        RootlessNetworkStatus after = status(object, observation, before);
        statuses.publish(object, after);
        networks.observed(object, after);
        NetworkEvents.between(before, after, observation.death()).forEach(event -> events.record(object, event));
        metrics.converged(observation);
    }

    private void publishStart(RootlessNetwork object, Observation starting) {
        if (networks.has(object)) {
            statuses.publishFirst(object, status(object, starting, null));
        }
    }

    private RootlessNetworkStatus status(
            RootlessNetwork object, Observation observation, @Nullable RootlessNetworkStatus before) {
        return StatusMapper.map(observation, object.getSpec(), before, clock.instant());
    }

    private static UpdateControl<RootlessNetwork> again(@Nullable Duration delay) {
        UpdateControl<RootlessNetwork> control = UpdateControl.noUpdate();
        return delay == null ? control : control.rescheduleAfter(delay);
    }
}
