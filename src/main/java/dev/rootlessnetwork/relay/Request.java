package dev.rootlessnetwork.relay;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a relay is asked for: one line of JSON, answered by one. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "execute")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Request.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = Request.Attach.class, name = "attach"),
    @JsonSubTypes.Type(value = Request.Change.class, name = "change"),
    @JsonSubTypes.Type(value = Request.ListPorts.class, name = "list"),
    @JsonSubTypes.Type(value = Request.Count.class, name = "count"),
    @JsonSubTypes.Type(value = Request.Detach.class, name = "detach"),
    @JsonSubTypes.Type(value = Request.HandOver.class, name = "hand-over"),
    @JsonSubTypes.Type(value = Request.Fetch.class, name = "fetch"),
    @JsonSubTypes.Type(value = Request.Retire.class, name = "retire")
})
sealed interface Request {
    /** Asks which relay this is; the first request of every connection. */
    record Hello() implements Request {}

    /**
     * Tells of a target, or of new addresses of one. With it come the descriptors of its network namespace and, where there is one, of
     * its process.
     *
     * @param name for the log
     * @param address of the guest
     * @param address6 null without IPv6
     * @param interfaceName of the tap
     */
    record Attach(
            String network,
            String name,
            String address,
            @Nullable String address6,
            String interfaceName) implements Request {}

    /** Closes forwards, then opens others, or leads those that are open elsewhere. */
    record Change(String network, List<PortRun> close, List<PortRun> open) implements Request {
        public Change {
            close = List.copyOf(close);
            open = List.copyOf(open);
        }
    }

    /** Asks for the forwards of a network; null: of all. */
    record ListPorts(@Nullable String network) implements Request {}

    /** Asks for the counters of every forward that was ever used. */
    record Count() implements Request {}

    /** Closes everything of a network. */
    record Detach(String network) implements Request {}

    /** Stops serving new clients, and tells of all that a successor is to take over; undone if the connection ends before it retires. */
    record HandOver() implements Request {}

    /** Asks for some of the descriptors that were told of. */
    record Fetch(int first, int count) implements Request {}

    /** Lets go of all that was handed over; connections go on until they end. */
    record Retire() implements Request {}
}
