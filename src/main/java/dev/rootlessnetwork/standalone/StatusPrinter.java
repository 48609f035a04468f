package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;

/** Shows what becomes of objects. Called by several threads, one after another. */
public interface StatusPrinter {
    /** An object's status is new, or another than before. */
    void changed(ObjectNode object);

    /** An object is gone, and everything of it stopped. */
    void removed(NetworkKey key);
}
