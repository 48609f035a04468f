package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a relay hands over to its successor, told apart from the descriptors, which follow in this order: for each network its namespace,
 * its process if it has one, the socket of each forward, and the socket of each flow.
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
            List<PortRun> forwards,
            List<Flow> flows) {
        OfNetwork {
            forwards = List.copyOf(forwards);
            flows = List.copyOf(flows);
        }
    }

    /**
     * A UDP flow, as {@link FlowState}.
     *
     * @param hostIp of its forward
     * @param hostPort of its forward
     */
    record Flow(
            String hostIp,
            int hostPort,
            String client,
            int clientPort,
            int scope,
            long localHigh,
            long localLow,
            String at,
            int port,
            boolean answered,
            boolean keepsSource) {
        static Flow of(ForwardId id, FlowState state) {
            return new Flow(
                    InetAddresses.toAddrString(id.hostIp()),
                    id.hostPort(),
                    InetAddresses.toAddrString(state.client()),
                    state.clientPort(),
                    state.scope(),
                    state.localHigh(),
                    state.localLow(),
                    InetAddresses.toAddrString(state.at()),
                    state.port(),
                    state.answered(),
                    state.keepsSource());
        }

        ForwardId id() {
            return new ForwardId(Protocol.UDP, InetAddresses.forString(hostIp), hostPort);
        }

        /** @param descriptor of its socket here */
        FlowState state(int descriptor) {
            return new FlowState(
                    InetAddresses.forString(client),
                    clientPort,
                    scope,
                    localHigh,
                    localLow,
                    InetAddresses.forString(at),
                    port,
                    answered,
                    keepsSource,
                    descriptor);
        }
    }
}
