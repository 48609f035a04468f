package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;

/**
 * What a forward has done since it was opened, by this relay and by those that it took over from.
 *
 * @param network as the relay knows it
 * @param open connections or flows now
 * @param total connections or flows so far
 * @param received bytes from clients to the target
 * @param sent bytes from the target to clients
 * @param refused connections or datagrams that the target did not take
 */
public record ForwardTraffic(
        String network, ForwardId id, long open, long total, long received, long sent, long refused) {
    static ForwardTraffic of(String network, ForwardId id, Counters counters) {
        return new ForwardTraffic(
                network,
                id,
                counters.open.get(),
                counters.total.get(),
                counters.received.get(),
                counters.sent.get(),
                counters.refused.get());
    }

    /** Both together, which are of one forward. */
    ForwardTraffic plus(ForwardTraffic other) {
        return new ForwardTraffic(
                network,
                id,
                open + other.open,
                total + other.total,
                received + other.received,
                sent + other.sent,
                refused + other.refused);
    }

    /** The same, by one with which nothing is open any more. */
    ForwardTraffic ended() {
        return new ForwardTraffic(network, id, 0, total, received, sent, refused);
    }
}
