package dev.rootlessnetwork.relay;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Protocol;
import java.util.List;

/** What a relay answers: one line of JSON. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Reply.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = Reply.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Reply.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = Reply.Changed.class, name = "changed"),
    @JsonSubTypes.Type(value = Reply.Networks.class, name = "networks"),
    @JsonSubTypes.Type(value = Reply.Counts.class, name = "counts"),
    @JsonSubTypes.Type(value = Reply.HandedOver.class, name = "handed-over")
})
sealed interface Reply {
    /**
     * Which relay this is.
     *
     * @param protocol version of the control protocol
     * @param program version of the program
     * @param serving whether it takes new clients
     */
    record Welcome(int protocol, String program, boolean serving) implements Reply {}

    /** It is done. */
    record Done() implements Reply {}

    /** It could not be done. */
    record Failed(String message) implements Reply {}

    /** What became of a change: forwards that could not be opened. */
    record Changed(List<Unopened> unopened) implements Reply {
        public Changed {
            unopened = List.copyOf(unopened);
        }
    }

    /**
     * A forward that could not be opened.
     *
     * @param errno its symbolic name
     * @param words of the system
     */
    record Unopened(Protocol protocol, String hostIp, int hostPort, String errno, String words) {}

    /** Every network asked for. */
    record Networks(List<NetworkPorts> networks) implements Reply {
        public Networks {
            networks = List.copyOf(networks);
        }
    }

    /**
     * The open forwards of a network.
     *
     * @param keepingSource those at which servers see the addresses of clients
     * @param replacingSource the others
     */
    record NetworkPorts(String network, List<PortRun> keepingSource, List<PortRun> replacingSource) {
        public NetworkPorts {
            keepingSource = List.copyOf(keepingSource);
            replacingSource = List.copyOf(replacingSource);
        }
    }

    /** Of every forward that was used. */
    record Counts(List<Count> counts) implements Reply {
        public Counts {
            counts = List.copyOf(counts);
        }
    }

    /** See {@link Counters}. */
    record Count(
            String network,
            Protocol protocol,
            String hostIp,
            int hostPort,
            long open,
            long total,
            long received,
            long sent,
            long refused) {
        static Count of(ForwardTraffic traffic) {
            return new Count(
                    traffic.network(),
                    traffic.id().protocol(),
                    InetAddresses.toAddrString(traffic.id().hostIp()),
                    traffic.id().hostPort(),
                    traffic.open(),
                    traffic.total(),
                    traffic.received(),
                    traffic.sent(),
                    traffic.refused());
        }

        ForwardTraffic traffic() {
            ForwardId id = new ForwardId(protocol, InetAddresses.forString(hostIp), hostPort);
            return new ForwardTraffic(network, id, open, total, received, sent, refused);
        }
    }

    /** What a successor is to fetch the descriptors of. */
    record HandedOver(Estate estate) implements Reply {}
}
