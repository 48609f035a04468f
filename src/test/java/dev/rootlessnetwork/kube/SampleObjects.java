package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import org.jspecify.annotations.Nullable;

/** Objects for tests that need no API server. */
final class SampleObjects {
    private SampleObjects() {}

    /** An object demo/web of a node, in its first edition, with the UID {@code uid-<id>}. */
    static RootlessNetwork of(@Nullable String nodeName, String id) {
        RootlessNetwork object = RootlessNetwork.of("web", "demo", new RootlessNetworkSpec(nodeName, null, null, null));
        object.defaultUid("uid-" + id);
        object.setGeneration(1);
        object.getMetadata().setResourceVersion("10");
        return object;
    }
}
