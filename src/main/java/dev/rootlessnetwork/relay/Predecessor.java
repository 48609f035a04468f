package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.PortForward;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay that this one took over from, as long as it has connections: those of forwards that are closed are to end there, too, and
 * what it goes on doing counts. Thread-safe.
 */
final class Predecessor {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);

    private volatile @Nullable Path socket;

    /** @param socket its control socket; null if there is none */
    Predecessor(@Nullable Path socket) {
        this.socket = socket;
    }

    private interface Act {
        void on(RelayClient client) throws IOException;
    }

    void close(String network, Collection<PortForward> forwards) {
        if (!forwards.isEmpty()) {
            ask(client -> client.change(network, forwards, List.of()));
        }
    }

    void detach(String network) {
        ask(client -> client.detach(network));
    }

    /** Adds what it counts. */
    void count(Collection<ForwardTraffic> into) {
        ask(client -> into.addAll(client.traffic()));
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
