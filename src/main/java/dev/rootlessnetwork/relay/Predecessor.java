package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay that this one took over from, as long as it has connections: those of forwards that are closed are to end there, too, and
 * what it does, and has done, counts. Thread-safe.
 */
final class Predecessor {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);

    private volatile @Nullable Path socket;

    /** What it had counted when it was last asked; kept when it has ended, so that no counter falls. Guarded by this. */
    private List<ForwardTraffic> counted = List.of();

    /** @param socket its control socket; null if there is none */
    Predecessor(@Nullable Path socket) {
        this.socket = socket;
    }

    private interface Act {
        void on(RelayClient client) throws IOException;
    }

    /** Notes what it has counted. */
    synchronized void counted(List<ForwardTraffic> traffic) {
        counted = List.copyOf(traffic);
    }

    void close(String network, Collection<PortForward> forwards) {
        if (!forwards.isEmpty()) {
            ask(client -> client.change(network, forwards, List.of()));
            Set<ForwardId> closed = forwards.stream().map(PortForward::id).collect(Collectors.toSet());
            forget(one -> one.network().equals(network) && closed.contains(one.id()));
        }
    }

    void detach(String network) {
        ask(client -> client.detach(network));
        forget(one -> one.network().equals(network));
    }

    /** After it was closed there: an answer from before is noted already, since {@link #count} holds the lock while it asks. */
    private synchronized void forget(Predicate<ForwardTraffic> closed) {
        counted = counted.stream().filter(closed.negate()).toList();
    }

    /** Adds what it counts, or had counted when it ended. */
    synchronized void count(Collection<ForwardTraffic> into) {
        ask(client -> counted(client.traffic()));
        if (socket == null) {
            counted = counted.stream().map(ForwardTraffic::ended).toList();
        }
        into.addAll(counted);
    }

    private void ask(Act act) {
        Path now = socket;
        if (now == null) {
            return;
        }
        try (RelayClient client = RelayClient.connect(now)) {
            act.on(client);
        } catch (IOException e) {
            LOG.debug("The predecessor has ended socket={} error={}", now, e.getMessage());
            socket = null;
        }
    }
}
