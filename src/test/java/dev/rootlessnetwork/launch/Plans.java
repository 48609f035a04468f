package dev.rootlessnetwork.launch;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Recollection;
import dev.rootlessnetwork.network.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans for tests. */
public final class Plans {
    private Plans() {}

    public static NetworkRequest.Run run(String name, Target target, PortEntry... ports) {
        return run(name, target, options(1500), ports);
    }

    public static NetworkRequest.Run run(String name, Target target, NetworkOptions options, PortEntry... ports) {
        NetworkIdentity identity = new NetworkIdentity(new NetworkKey("default", name), "uid-" + name, 1);
        return new NetworkRequest.Run(
                new NetworkPlan(identity, "default/" + name, "", target, options, List.of(ports)), Recollection.NONE);
    }

    public static NetworkOptions options(int mtu) {
        return new NetworkOptions(
                null, mtu, false, false, PortHandlerKind.SLIRP4NETNS, null, null, false, null, "tap0");
    }

    /** With the relay for its ports. */
    public static NetworkOptions relayed() {
        return options(1500).withPortHandler(PortHandlerKind.ROOTLESSKIT);
    }

    public static NetworkOptions withIpv6() {
        return new NetworkOptions(
                null, 1500, true, false, PortHandlerKind.SLIRP4NETNS, null, null, false, null, "tap0");
    }

    public static PortEntry tcp(String name, @Nullable Integer hostPort, int containerPort) {
        return tcp(name, "127.0.0.1", hostPort, containerPort, 1);
    }

    public static PortEntry tcp(String name, String hostIp, @Nullable Integer hostPort, int containerPort, int range) {
        return new PortEntry(name, Protocol.TCP, InetAddresses.forString(hostIp), hostPort, containerPort, null, range);
    }

    public static PortEntry udp(String name, String hostIp, @Nullable Integer hostPort, int containerPort, int range) {
        return new PortEntry(name, Protocol.UDP, InetAddresses.forString(hostIp), hostPort, containerPort, null, range);
    }
}
