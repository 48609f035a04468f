package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import io.javaoperatorsdk.operator.processing.event.source.filter.GenericFilter;

/** Lets objects of one node pass. The API server selects them already; this is for the day when it does not. */
record NodeFilter(String nodeName) implements GenericFilter<RootlessNetwork> {
    @Override
    public boolean accept(RootlessNetwork object) {
        return isOf(nodeName, object);
    }

    static boolean isOf(String nodeName, RootlessNetwork object) {
        return object.getSpec() != null && nodeName.equals(object.getSpec().nodeName());
    }
}
