package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;

/** Shows nothing: who runs objects once shows them at the end. */
public final class SilentPrinter implements StatusPrinter {
    @Override
    public void changed(ObjectNode object) {
        // shown at the end
    }

    @Override
    public void removed(NetworkKey key) {
        // nothing is removed
    }
}
