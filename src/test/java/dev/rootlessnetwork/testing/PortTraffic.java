package dev.rootlessnetwork.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import java.util.Locale;
import java.util.Objects;

/** What comes to a port of an object and goes back: servers in the target, and bytes from where its users are. */
public final class PortTraffic {
    private PortTraffic() {}

    /** Serves an entry's ports in the target, all of its range. */
    public static void serve(TargetProcess target, PortSpec port) {
        for (int i = 0; i < range(port); i++) {
            int number = Objects.requireNonNull(port.containerPort()) + i;
            if (protocol(port).equals("tcp")) {
                target.serveTcpEcho("0.0.0.0", number);
            } else {
                target.serveUdpEcho("0.0.0.0", number);
            }
        }
    }

    /**
     * Passes bytes through each of an entry's ports: from the other host, or from this one where it listens for that alone.
     *
     * @param hostPort the first of them, as the status tells it
     */
    public static void pass(OtherHost other, PortSpec port, int hostPort) {
        boolean local = "127.0.0.1".equals(port.hostIP());
        TestClient client = local ? TestClient.here() : TestClient.on(other.host());
        for (int i = 0; i < range(port); i++) {
            assertThat(client.echo(protocol(port), local ? "127.0.0.1" : OtherHost.HERE, hostPort + i, 1000))
                    .as("port %s, host port %d", port.name(), hostPort + i)
                    .isEqualTo("same");
        }
    }

    private static int range(PortSpec port) {
        return port.range() == null ? 1 : port.range();
    }

    private static String protocol(PortSpec port) {
        return port.protocol() == null ? "tcp" : port.protocol().toLowerCase(Locale.ROOT);
    }
}
