package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEADLINE;
import static dev.rootlessnetwork.conformance.ConformanceFixture.DEFAULTS;
import static dev.rootlessnetwork.conformance.ConformanceFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.LauncherFixture;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.launch.StateDirectoryException;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What slirp4netns's own tests assert, as far as it is about what we ask of it. */
class Slirp4netnsConformanceIT {
    private static final String NETNS = "conformance";

    @TempDir
    Path temporary;

    private ConformanceFixture network;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        network = new ConformanceFixture(temporary.resolve("state"));
        target = network.target;
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        CommandResult.run("ip", "netns", "delete", NETNS);
    }

    private static NetworkOptions with(boolean disableDns, @Nullable String macAddress, String interfaceName) {
        return new NetworkOptions(
                null,
                1500,
                false,
                false,
                PortHandlerKind.SLIRP4NETNS,
                null,
                null,
                disableDns,
                macAddress,
                interfaceName);
    }

    @Test
    @Row("S1")
    void refusesAStateDirectoryThatIsTooLongForASocketBeforeAnythingIsStarted() {
        Path directory = temporary.resolve("d".repeat(108));
        assertThatThrownBy(() -> new LauncherFixture(directory).close())
                .isInstanceOf(StateDirectoryException.class)
                .hasMessageMatching("state directory " + directory
                        + " is too long by \\d+ bytes for the sockets in it: choose a shorter --state-dir");
    }

    @Test
    @Row("S2")
    void countsItsAddressesFromTheNetworksBase() {
        assertThat(network.run(options("10.0.135.128/25", false)).guest().address())
                .isEqualTo("10.0.135.228/25");
        assertThat(target.run("ip", "-o", "addr", "show", "tap0").orFail().stdout())
                .contains("10.0.135.228/25");
    }

    @Test
    @Row("S3")
    void answersNoDnsWhereItIsDisabled() throws IOException {
        try (OtherHost other = new OtherHost();
                ResolvConf host = ResolvConf.of(temporary, OtherHost.THERE)) {
            other.host().serveUdpEcho(OtherHost.THERE, 53);
            assertThat(network.run(with(false, null, "tap0")).guest().dns()).isEqualTo("10.0.2.3");
            assertThat(TestClient.on(target).getsUdpAnswer("10.0.2.3", 53)).isTrue();
            assertThat(network.run(with(true, null, "tap0")).guest().dns()).isNull();
            assertThat(TestClient.on(target).getsUdpAnswer("10.0.2.3", 53)).isFalse();
            assertThat(host.nameServers()).containsExactly(OtherHost.THERE);
        }
    }

    @Test
    @Row("S5")
    void livesAsLongAsItsTarget() {
        Observation observation = network.run(DEFAULTS);
        target.run("ip", "link", "show", "tap0").orFail();
        ProcessHandle slirp = ProcessHandle.of(observation.slirp().pid()).orElseThrow();
        assertThat(slirp.isAlive()).isTrue();
        target.kill();
        await().atMost(DEADLINE).until(() -> !slirp.isAlive());
    }

    @Test
    @Row("S6")
    void givesTheInterfaceItsMacAddressAndName() {
        network.run(with(false, "52:54:00:12:34:56", "net7"));
        assertThat(target.run("ip", "-o", "link", "show", "net7").orFail().stdout())
                .contains("link/ether 52:54:00:12:34:56");
    }

    @Test
    @Row("S7")
    void takesANamespaceByItsPath() {
        CommandResult.run("ip", "netns", "add", NETNS).orFail();
        Target named = new Target.NetnsPath(Path.of("/run/netns", NETNS));
        assertThat(network.operator.converge(Plans.run("web", named)).slirpProblem())
                .isNull();
        assertThat(CommandResult.run("ip", "netns", "exec", NETNS, "ip", "-o", "addr", "show", "tap0")
                        .orFail()
                        .stdout())
                .contains("10.0.2.100/24");
    }

    @Test
    @Row("S7")
    void takesANamespaceThatBelongsToAUserNamespace() {
        try (TargetProcess own = TargetProcess.inUserAndNetworkNamespace()) {
            network.run(own, DEFAULTS);
            own.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
        }
    }
}
