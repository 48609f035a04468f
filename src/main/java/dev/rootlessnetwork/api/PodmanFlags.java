package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkSpec.OptionsSpec;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.network.GoQuote;
import dev.rootlessnetwork.network.InterfaceName;
import dev.rootlessnetwork.network.NetworkCmdOptions;
import dev.rootlessnetwork.network.OptionSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Podman's flags for a network, as the parts of a spec that say the same. Looks at nothing of the machine.
 *
 * @param options null if there are none
 * @param problems what is wrong with the flags, each naming its flag; empty if all is well
 */
public record PodmanFlags(@Nullable OptionsSpec options, List<PortSpec> ports, List<String> problems) {
    private static final String MODE = "slirp4netns";

    public PodmanFlags {
        ports = List.copyOf(ports);
        problems = List.copyOf(problems);
    }

    /**
     * Reads the flags.
     *
     * @param network value of {@code --network}, such as {@code slirp4netns:mtu=1500,enable_ipv6=true}; null if not given
     * @param publish values of {@code -p}
     */
    public static PodmanFlags parse(@Nullable String network, List<String> publish) {
        List<String> problems = new ArrayList<>();
        OptionsSpec options = network == null ? null : options(network, problems);
        List<PublishedPort> ports = new ArrayList<>();
        for (String flag : publish) {
            try {
                ports.addAll(PublishedPort.parse(flag));
            } catch (IllegalArgumentException e) {
                problems.add("-p " + GoQuote.quote(flag) + ": " + e.getMessage());
            }
        }
        List<String> conflicts = new ArrayList<>();
        List<PortSpec> entries = PublishedPorts.toSpec(ports, conflicts);
        conflicts.forEach(conflict -> problems.add("-p: " + conflict));
        return new PodmanFlags(options, entries, problems);
    }

    private static @Nullable OptionsSpec options(String network, List<String> problems) {
        int colon = network.indexOf(':');
        String mode = colon < 0 ? network : network.substring(0, colon);
        if (!mode.equals(MODE)) {
            problems.add("--network " + GoQuote.quote(network) + ": only " + MODE
                    + " can be converted, like slirp4netns:mtu=1500,enable_ipv6=true");
            return null;
        }
        if (colon < 0) {
            return null;
        }
        NetworkCmdOptions read = NetworkCmdOptions.parse(
                List.of(network.substring(colon + 1).split(",", -1)), InterfaceName::isWellFormed);
        read.problems().forEach(problem -> problems.add("--network: " + problem));
        return read.problems().isEmpty() ? spec(read.options()) : null;
    }

    private static OptionsSpec spec(OptionSet options) {
        return new OptionsSpec(
                options.cidr(),
                options.mtu() == null ? null : Math.toIntExact(options.mtu()),
                options.enableIpv6(),
                options.allowHostLoopback(),
                options.portHandler(),
                options.outboundAddr(),
                options.outboundAddr6(),
                null,
                null,
                null);
    }
}
