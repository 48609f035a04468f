package dev.rootlessnetwork.relay;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
    @JsonSubTypes.Type(value = Reply.Counts.class, name = "counts")
})
sealed interface Reply {
    /**
     * Which relay this is.
     *
     * @param protocol version of the control protocol
     * @param program version of the program
     */
    record Welcome(int protocol, String program, int pid) implements Reply {}

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
    record Counts(List<ForwardCount> counts) implements Reply {
        public Counts {
            counts = List.copyOf(counts);
        }
    }

    /** See {@link Counters}. */
    record ForwardCount(
            String network,
            Protocol protocol,
            String hostIp,
            int hostPort,
            long open,
            long total,
            long received,
            long sent,
            long refused) {}
}
