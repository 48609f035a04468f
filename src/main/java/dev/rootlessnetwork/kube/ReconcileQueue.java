package dev.rootlessnetwork.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Knows the objects that wait for a thread to reconcile them. */
final class ReconcileQueue implements Metrics {
    private final Set<ResourceID> waiting = ConcurrentHashMap.newKeySet();

    int depth() {
        return waiting.size();
    }

    @Override
    public void reconcileCustomResource(HasMetadata object, @Nullable RetryInfo retry, Map<String, Object> metadata) {
        waiting.add(ResourceID.fromResource(object));
    }

    @Override
    public void reconciliationExecutionStarted(HasMetadata object, Map<String, Object> metadata) {
        waiting.remove(ResourceID.fromResource(object));
    }

    /** Also called of one that was not started, since its object is gone. */
    @Override
    public void reconciliationExecutionFinished(HasMetadata object, Map<String, Object> metadata) {
        waiting.remove(ResourceID.fromResource(object));
    }
}
