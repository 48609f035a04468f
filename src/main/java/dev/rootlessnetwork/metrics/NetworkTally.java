package dev.rootlessnetwork.metrics;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.PortObservation.State;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Reason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many networks and forwards are in which state, kept object by object as each was last observed. Thread-safe. */
final class NetworkTally {
    private final Map<String, Share> shares = new HashMap<>();
    private final Map<Reason, Integer> networks = new EnumMap<>(Reason.class);
    private final Map<Forwards, Integer> forwards = new HashMap<>();

    /** Forwards that are counted together. */
    private record Forwards(Protocol protocol, State state) {}

    /** What one object adds to the counts. */
    private record Share(Reason reason, Map<Forwards, Integer> forwards) {
        static Share of(Observation observation) {
            Map<Forwards, Integer> forwards = new HashMap<>();
            for (PortObservation port : observation.ports()) {
                Protocol protocol = port.entry().protocol();
                forwards.merge(new Forwards(protocol, State.ACTIVE), port.active(), Integer::sum);
                forwards.merge(
                        new Forwards(protocol, port.state()), port.entry().range() - port.active(), Integer::sum);
            }
            return new Share(observation.notReady().map(Problem::reason).orElse(Reason.NetworkReady), forwards);
        }
    }

    /** Takes an object for what it is now. */
    void put(Observation observation) {
        Share share = Share.of(observation);
        replace(observation.identity().uid(), share);
    }

    /** Leaves an object out from now on. */
    void remove(String uid) {
        replace(uid, null);
    }

    private synchronized void replace(String uid, @Nullable Share share) {
        Share before = share == null ? shares.remove(uid) : shares.put(uid, share);
        if (before != null) {
            add(before, -1);
        }
        if (share != null) {
            add(share, 1);
        }
    }

    private void add(Share share, int sign) {
        networks.merge(share.reason, sign, Integer::sum);
        share.forwards.forEach((kind, count) -> forwards.merge(kind, sign * count, Integer::sum));
    }

    /** Networks of whose objects Ready says this. */
    synchronized int networks(Reason reason) {
        return networks.getOrDefault(reason, 0);
    }

    /** Single forwards, each port of a range counted. */
    synchronized int forwards(Protocol protocol, State state) {
        return forwards.getOrDefault(new Forwards(protocol, state), 0);
    }
}
