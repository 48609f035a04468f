package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;

/**
 * Lets updates pass that ask for work: another spec, another object under the name (it was deleted and made anew while nobody
 * watched), or a status that is not ours. The echo of our own writes does not.
 */
record UpdateFilter(StatusWriter statuses) implements OnUpdateFilter<RootlessNetwork> {
    @Override
    public boolean accept(RootlessNetwork object, RootlessNetwork before) {
        return !object.uid().equals(before.uid())
                || object.generation() != before.generation()
                || statuses.isForeign(object);
    }
}
