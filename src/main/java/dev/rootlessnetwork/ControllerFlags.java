package dev.rootlessnetwork;

import com.google.common.net.HostAndPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Flags of the agent; each is also a variable of the environment, see {@link Environment}. */
final class ControllerFlags {
    private static final String LOCAL = "127.0.0.1:9470";

    /** IPv4 in brackets: a pod puts them around the address of its node, not knowing of which family that is. */
    private static final Pattern BRACKETED_IPV4 = Pattern.compile("\\[([0-9.]+)]");

    @Option(
            names = "--node-name",
            paramLabel = "NAME",
            order = 1,
            description = "Whose objects to act on: those with this spec.nodeName. Default: $$NODE_NAME.")
    @Nullable
    String nodeName;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            order = 2,
            description =
                    "How to reach the API server. Default: $$KUBECONFIG, else ~/.kube/config, else the service account of"
                            + " the pod that this runs in.")
    @Nullable
    Path kubeconfig;

    @Option(
            names = "--health-address",
            paramLabel = "HOST:PORT",
            order = 3,
            defaultValue = LOCAL,
            description = "Where to answer /livez and /readyz. Default: ${DEFAULT-VALUE}.")
    InetSocketAddress healthAddress = new InetSocketAddress(0);

    @Option(
            names = "--metrics-address",
            paramLabel = "HOST:PORT",
            order = 4,
            defaultValue = LOCAL,
            description = "Where to answer /metrics; may be the same. Default: ${DEFAULT-VALUE}.")
    InetSocketAddress metricsAddress = new InetSocketAddress(0);

    @Option(
            names = "--drain",
            order = 5,
            description = "Stop every network of this node's objects, start none, and remove whatever is left of them;"
                    + " /readyz answers 200 when nothing is. Before an uninstallation.")
    boolean drain;

    /** Reads {@code HOST:PORT}; the host is an address or a name of this machine. */
    static InetSocketAddress address(String text) {
        try {
            HostAndPort parts =
                    HostAndPort.fromString(BRACKETED_IPV4.matcher(text).replaceFirst("$1"));
            if (parts.getHost().isEmpty() || !parts.hasPort()) {
                throw new IllegalArgumentException("host or port is missing");
            }
            return new InetSocketAddress(InetAddress.getByName(parts.getHost()), parts.getPort());
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(
                    "'" + text + "' is not a host and a port, such as 127.0.0.1:9470 or [::1]:9470");
        } catch (UnknownHostException e) {
            throw new CommandLine.TypeConversionException("'" + text + "' names a host that cannot be resolved");
        }
    }
}
