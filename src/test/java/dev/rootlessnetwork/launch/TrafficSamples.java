package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Protocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a relay may have counted, for tests. Its process is this one. */
public final class TrafficSamples {
    private final Map<String, Map<ForwardId, Traffic>> byNetwork = new HashMap<>();

    /** Adds a forward that was used. */
    public TrafficSamples with(String uid, ForwardId id, Traffic traffic) {
        byNetwork
                .computeIfAbsent(NetworkFiles.id(uid), unused -> new HashMap<>())
                .put(id, traffic);
        return this;
    }

    public NodeTraffic answer() {
        return new NodeTraffic(
                byNetwork, List.of(Math.toIntExact(ProcessHandle.current().pid())), List.of());
    }

    /** Of a relay that does not answer. */
    public static NodeTraffic silence() {
        return NodeTraffic.missing("the relay on /relay/1/control.sock did not answer within 1000 ms");
    }

    public static ForwardId tcp(String hostIp, int hostPort) {
        return new ForwardId(Protocol.TCP, InetAddresses.forString(hostIp), hostPort);
    }

    public static ForwardId udp(String hostIp, int hostPort) {
        return new ForwardId(Protocol.UDP, InetAddresses.forString(hostIp), hostPort);
    }
}
