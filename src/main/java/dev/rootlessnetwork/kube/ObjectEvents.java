package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.List;
import java.util.Set;

/**
 * Hears of every object that comes and goes, from the informer itself: without a finalizer the reconciler is not called for a
 * deletion, and an object that was deleted and made anew while nobody watched looks like an update.
 */
final class ObjectEvents extends AbstractEventSource<Void, RootlessNetwork>
        implements ResourceEventAware<RootlessNetwork> {
    private final String nodeName;
    private final NodeNetworks networks;
    private final StatusWriter statuses;
    private final IndexerResourceCache<RootlessNetwork> cache;
    private final AgentMetrics metrics;

    /** @param cache the informer's objects */
    ObjectEvents(
            String nodeName,
            NodeNetworks networks,
            StatusWriter statuses,
            IndexerResourceCache<RootlessNetwork> cache,
            AgentMetrics metrics) {
        super(Void.class, "objects");
        this.nodeName = nodeName;
        this.networks = networks;
        this.statuses = statuses;
        this.cache = cache;
        this.metrics = metrics;
    }

    /** Called when the informer has had a complete list. */
    @Override
    public void start() {
        super.start();
        List<RootlessNetwork> all = cache.list().filter(this::isWanted).toList();
        networks.complete(all);
        all.stream().filter(object -> !isCached(object)).forEach(object -> networks.disappeared(object.uid()));
    }

    /** Whether it is there still: what was deleted a moment ago may have been told of before it was listed. */
    private boolean isCached(RootlessNetwork object) {
        return cache.get(ResourceID.fromResource(object))
                .filter(cached -> cached.uid().equals(object.uid()))
                .isPresent();
    }

    @Override
    public void onResourceCreated(RootlessNetwork object) {
        metrics.watchEvent();
        if (isWanted(object)) {
            networks.appeared(object);
        }
    }

    @Override
    public void onResourceUpdated(RootlessNetwork object, RootlessNetwork before) {
        metrics.watchEvent();
        if (!object.uid().equals(before.uid())) {
            networks.disappeared(before.uid());
        }
        statuses.seen(object);
        if (isWanted(object)) {
            networks.appeared(object);
        } else {
            networks.disappeared(object.uid());
        }
    }

    @Override
    public void onResourceDeleted(RootlessNetwork object) {
        metrics.watchEvent();
        networks.disappeared(object.uid());
    }

    private boolean isWanted(RootlessNetwork object) {
        return !object.isMarkedForDeletion() && NodeFilter.isOf(nodeName, object);
    }

    @Override
    public Set<Void> getSecondaryResources(RootlessNetwork object) {
        return Set.of();
    }
}
