package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers the editions of objects' specs, as a cluster would: 1, and one more with each change. For one thread. */
final class Editions {
    private final Map<String, Edition> last = new HashMap<>();

    private record Edition(@Nullable RootlessNetworkSpec spec, long generation) {}

    /** An edition that an earlier process knew. */
    void remember(RootlessNetwork stored) {
        last.put(stored.uid(), new Edition(stored.getSpec(), stored.generation()));
    }

    /** Numbers a manifest's object, unless it brings a number of its own. */
    void number(Manifest manifest) {
        RootlessNetwork object = manifest.object();
        Edition before = last.get(manifest.uid());
        long generation = manifest.generation();
        if (generation == 0) {
            generation = before == null ? 1 : next(before, object.getSpec());
        }
        object.setGeneration(generation);
        last.put(manifest.uid(), new Edition(object.getSpec(), generation));
    }

    private static long next(Edition before, RootlessNetworkSpec spec) {
        boolean same = spec.equals(before.spec());
        return Math.max(1, same ? before.generation() : before.generation() + 1);
    }

    /** Forgets an object that is gone. */
    void forget(String uid) {
        last.remove(uid);
    }
}
