package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.relay.ForwardFailure;
import dev.rootlessnetwork.relay.RelayClient;
import dev.rootlessnetwork.relay.RelayTarget;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Port handler {@code rootlesskit}: our relay, which all networks share. */
public final class RelayPortHandler implements PortHandler {
    private final Access relay;
    private final String network;
    private final Supplier<RelayTarget> target;
    private final HostPortProbe probe;

    /** The way to the relay. */
    public interface Access {
        /** A connection to the relay that runs; empty if none does. */
        Optional<RelayClient> find() throws IOException;

        /** A connection to the relay, which is started if none runs. */
        RelayClient require() throws IOException;
    }

    /**
     * @param network what the relay is to know it by
     * @param target looks at the target as it is now; asked only where the relay is to be told
     */
    public RelayPortHandler(Access relay, String network, Supplier<RelayTarget> target, HostPortProbe probe) {
        this.relay = relay;
        this.network = network;
        this.target = target;
        this.probe = probe;
    }

    @Override
    public PortHandlerKind kind() {
        return PortHandlerKind.ROOTLESSKIT;
    }

    /** Tells the relay of the target's addresses, too, if it serves that. */
    @Override
    public List<ServingForward> serving() throws IOException {
        Optional<RelayClient> running = relay.find();
        if (running.isEmpty()) {
            return List.of();
        }
        try (RelayClient client = running.get()) {
            List<ServingForward> serving = client.forwards(network).stream()
                    .map(one -> new ServingForward(one.forward(), kind(), one.keepsSource()))
                    .toList();
            if (!serving.isEmpty()) {
                client.attach(target.get());
            }
            return serving;
        }
    }

    @Override
    public Map<ForwardId, Problem> change(Collection<PortForward> close, Collection<PortForward> open)
            throws IOException {
        Map<ForwardId, Problem> problems = new LinkedHashMap<>();
        try (RelayClient client = relay.require()) {
            client.attach(target.get());
            Map<ForwardId, ForwardFailure> failures = client.change(network, close, open);
            failures.forEach((id, failure) -> problems.put(id, probe.explain(id, failure.errno(), failure.words())));
        }
        return problems;
    }
}
