package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;

/**
 * What a forward has done since its relay serves it.
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
    static ForwardTraffic of(Reply.ForwardCount count) {
        return new ForwardTraffic(
                count.network(),
                new ForwardId(count.protocol(), InetAddresses.forString(count.hostIp()), count.hostPort()),
                count.open(),
                count.total(),
                count.received(),
                count.sent(),
                count.refused());
    }
}
