package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.port.RelayPortHandler;
import dev.rootlessnetwork.relay.RelayClient;
import dev.rootlessnetwork.relay.RelayTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one network has of a relay. Guarded by its network's lock. */
final class NetworkRelay {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkRelay.class);

    private final LauncherContext context;
    private final String uid;
    private @Nullable NodeRelay relay;

    NetworkRelay(LauncherContext context, String uid) {
        this.context = context;
        this.uid = uid;
    }

    /** The port handler for a target, which the relay is told of when there are ports to open. */
    RelayPortHandler handler(NetworkPlan plan, BoundTarget target) throws IOException {
        NodeRelay now = context.relays().of(target);
        relay = now;
        return new RelayPortHandler(now, NetworkFiles.id(uid), () -> look(plan, target), context.portProbe());
    }

    private RelayTarget look(NetworkPlan plan, BoundTarget target) {
        return new RelayTarget(
                NetworkFiles.id(uid),
                plan.identity().key().toString(),
                target.netns(),
                target.process() == null ? null : target.process().fd(),
                plan.options().network().guest(),
                address6(plan, target),
                plan.options().interfaceName());
    }

    private @Nullable InetAddress address6(NetworkPlan plan, BoundTarget target) {
        String address = GuestNamespace.address6(plan, target, context.root());
        return address == null ? null : InetAddresses.forString(address.replaceFirst("/.*", ""));
    }

    /** Says whether this network has ports there. */
    void use(boolean used) {
        if (relay != null && used) {
            relay.use(uid);
        } else if (relay != null) {
            relay.leave(uid);
        }
    }

    /** Closes all ports that it has there, with their connections. */
    void detach() {
        // Of an earlier operator's network it is not known which relay has it.
        context.relays().all().forEach(this::detach);
    }

    private void detach(NodeRelay from) {
        try {
            Optional<RelayClient> running = from.find();
            if (running.isPresent()) {
                try (RelayClient client = running.get()) {
                    client.detach(NetworkFiles.id(uid));
                }
            }
        } catch (IOException e) {
            LOG.warn("Cannot close the ports of a network in the relay error={}", e.getMessage());
        } finally {
            from.leave(uid);
        }
    }
}
