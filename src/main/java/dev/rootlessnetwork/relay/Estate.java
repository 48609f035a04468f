package dev.rootlessnetwork.relay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a relay hands over to its successor, told apart from the descriptors, which follow in this order: for each network its namespace,
 * its process if it has one, and the socket of each forward.
 */
record Estate(List<OfNetwork> networks) {
    Estate {
        networks = List.copyOf(networks);
    }

    /** As {@link Request.Attach}, with the forwards as they are. */
    record OfNetwork(
            String network,
            String name,
            String address,
            @Nullable String address6,
            String interfaceName,
            boolean hasProcess,
            List<PortRun> forwards) {
        OfNetwork {
            forwards = List.copyOf(forwards);
        }
    }
}
