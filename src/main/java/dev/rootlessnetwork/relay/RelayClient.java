package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A control connection to a running relay. For one thread at a time. */
public final class RelayClient implements AutoCloseable {
    /** Ample for opening ten thousand ports on a busy machine. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Path socket;
    private final Wire wire;
    private final Duration deadline;

    private RelayClient(Path socket, Wire wire, Duration deadline) {
        this.socket = socket;
        this.wire = wire;
        this.deadline = deadline;
    }

    /** @throws RelayException if nobody answers there */
    public static RelayClient connect(Path socket) throws RelayException {
        return connect(socket, DEADLINE);
    }

    /**
     * Connects for those who cannot wait long.
     *
     * @param deadline of each answer, positive
     * @throws RelayException if nobody answers there
     */
    public static RelayClient connect(Path socket, Duration deadline) throws RelayException {
        try {
            return new RelayClient(socket, Wire.connect(socket, deadline), deadline);
        } catch (IOException e) {
            throw new RelayException("cannot reach the relay on " + socket + ": " + e.getMessage(), e);
        }
    }

    /**
     * Which relay it is.
     *
     * @param version of its program
     * @param serving whether it takes new clients; one that was replaced does not
     */
    public record Welcome(String version, boolean serving) {}

    public Welcome welcome() throws RelayException {
        Reply.Welcome welcome = call(new Request.Hello(), List.of(), Reply.Welcome.class);
        return new Welcome(welcome.program(), welcome.serving());
    }

    /** Tells of a target, or of its new addresses; one in another namespace takes the place of the network's former one. */
    public void attach(RelayTarget target) throws RelayException {
        List<Integer> descriptors = new ArrayList<>(List.of(target.netns().number()));
        if (target.process() != null) {
            descriptors.add(target.process().number());
        }
        String address6 = target.address6() == null ? null : InetAddresses.toAddrString(target.address6());
        Request attach = new Request.Attach(
                target.network(),
                target.name(),
                InetAddresses.toAddrString(target.address()),
                address6,
                target.interfaceName());
        call(attach, descriptors, Reply.Done.class);
    }

    /**
     * Closes forwards of an attached network, then opens others; one that is open already is led elsewhere.
     *
     * @return why some could not be opened
     */
    public Map<ForwardId, ForwardFailure> change(
            String network, Collection<PortForward> close, Collection<PortForward> open) throws RelayException {
        Request change = new Request.Change(network, PortRun.of(close), PortRun.of(open));
        Map<ForwardId, ForwardFailure> failures = new LinkedHashMap<>();
        for (Reply.Unopened unopened :
                call(change, List.of(), Reply.Changed.class).unopened()) {
            failures.put(
                    new ForwardId(unopened.protocol(), InetAddresses.forString(unopened.hostIp()), unopened.hostPort()),
                    new ForwardFailure(unopened.errno(), unopened.words()));
        }
        return failures;
    }

    /** The open forwards of a network; none if it is not attached. */
    public List<RelayForward> forwards(String network) throws RelayException {
        List<RelayForward> forwards = new ArrayList<>();
        for (Reply.NetworkPorts one : networks(network)) {
            PortRun.forwards(one.keepingSource()).forEach(forward -> forwards.add(new RelayForward(forward, true)));
            PortRun.forwards(one.replacingSource()).forEach(forward -> forwards.add(new RelayForward(forward, false)));
        }
        return forwards;
    }

    /** Every attached network. */
    public Set<String> networks() throws RelayException {
        return networks(null).stream().map(Reply.NetworkPorts::network).collect(Collectors.toSet());
    }

    private List<Reply.NetworkPorts> networks(@Nullable String network) throws RelayException {
        return call(new Request.ListPorts(network), List.of(), Reply.Networks.class)
                .networks();
    }

    /** What each forward that was used has done. */
    public List<ForwardTraffic> traffic() throws RelayException {
        return call(new Request.Count(), List.of(), Reply.Counts.class).counts().stream()
                .map(Reply.Count::traffic)
                .toList();
    }

    /** Closes everything of a network. */
    public void detach(String network) throws RelayException {
        call(new Request.Detach(network), List.of(), Reply.Done.class);
    }

    private <R extends Reply> R call(Request request, List<Integer> descriptors, Class<R> expected)
            throws RelayException {
        Reply reply;
        try {
            wire.send(request, descriptors);
            reply = wire.receive(Reply.class);
        } catch (SocketTimeoutException e) {
            throw new RelayException(
                    "the relay on " + socket + " did not answer within " + deadline.toMillis() + " ms", e);
        } catch (IOException e) {
            throw new RelayException("the relay on " + socket + " does not answer: " + e.getMessage(), e);
        }
        if (expected.isInstance(reply)) {
            return expected.cast(reply);
        }
        String why = reply instanceof Reply.Failed failed ? failed.message() : "it hung up";
        throw new RelayException("the relay on " + socket + " did not do what was asked: " + why, null);
    }

    @Override
    public void close() throws RelayException {
        try {
            wire.close();
        } catch (IOException e) {
            throw new RelayException("cannot close the connection to the relay on " + socket, e);
        }
    }
}
