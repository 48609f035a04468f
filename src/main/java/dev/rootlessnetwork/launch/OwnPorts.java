package dev.rootlessnetwork.launch;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortEntry;

/** The host ports that the entries of one object have between them, by number, while the open ones are chosen. */
final class OwnPorts {
    private final ListMultimap<Integer, ForwardId> byNumber = ArrayListMultimap.create();

    /** Gives an entry its ports. */
    void add(PortEntry entry, int firstHostPort) {
        for (int i = 0; i < entry.range(); i++) {
            byNumber.put(firstHostPort + i, new ForwardId(entry.protocol(), entry.hostIp(), firstHostPort + i));
        }
    }

    /** Whether no other entry has one of the ports that this one would take. */
    boolean isFree(PortEntry entry, int firstHostPort) {
        for (int i = 0; i < entry.range(); i++) {
            if (!isFree(new ForwardId(entry.protocol(), entry.hostIp(), firstHostPort + i))) {
                return false;
            }
        }
        return true;
    }

    boolean isFree(ForwardId id) {
        return byNumber.get(id.hostPort()).stream().noneMatch(id::overlaps);
    }
}
