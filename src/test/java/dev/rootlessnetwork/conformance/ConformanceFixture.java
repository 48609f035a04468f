package dev.rootlessnetwork.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.LauncherFixture;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A launcher, and a target that it gives a network. */
final class ConformanceFixture implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Podman's defaults, with port handler slirp4netns. */
    static final NetworkOptions DEFAULTS = options(null, false);

    final LauncherFixture operator;
    final TargetProcess target;

    ConformanceFixture(Path stateDirectory) throws IOException {
        operator = new LauncherFixture(stateDirectory);
        target = TargetProcess.inNetworkNamespace();
    }

    static NetworkOptions options(@Nullable String cidr, boolean allowHostLoopback) {
        return new NetworkOptions(
                cidr == null ? null : Ipv4Cidr.parse(cidr),
                65520,
                false,
                allowHostLoopback,
                PortHandlerKind.SLIRP4NETNS,
                null,
                null,
                false,
                null,
                "tap0");
    }

    static NetworkOptions ipv6() {
        return outbound(null, null, true);
    }

    static NetworkOptions outbound(@Nullable String address, @Nullable String address6, boolean ipv6) {
        return new NetworkOptions(
                null, 65520, ipv6, false, PortHandlerKind.SLIRP4NETNS, address, address6, false, null, "tap0");
    }

    /** Gives the target a network with all its ports open. */
    Observation run(NetworkOptions options, PortEntry... ports) {
        return run(target, options, ports);
    }

    /** Gives a target a network with all its ports open. */
    Observation run(TargetProcess of, NetworkOptions options, PortEntry... ports) {
        return run(of, "web", options, ports);
    }

    /** Gives a target a network, by an object of this name, with all its ports open. */
    Observation run(TargetProcess of, String name, NetworkOptions options, PortEntry... ports) {
        Observation observation = operator.converge(Plans.run(name, new Target.Pid(of.pid()), options, ports));
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.ports())
                .allSatisfy(port -> assertThat(port.problem()).isNull());
        return observation;
    }

    @Override
    public void close() throws IOException {
        try (target) {
            operator.close();
        }
    }
}
