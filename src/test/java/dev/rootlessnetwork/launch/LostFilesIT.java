package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.relay.RelayFiles;
import dev.rootlessnetwork.relay.VersionedRelay;
import dev.rootlessnetwork.testing.HiddenFiles;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay whose container is deleted does all that it did before, although nothing of its program is left to be read. */
class LostFilesIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String HERE = "127.0.0.1";
    private static final NetworkOptions RELAYED = Plans.withIpv6().withPortHandler(PortHandlerKind.ROOTLESSKIT);
    private static final PortEntry LOCAL = Plans.tcp("local", 18080, 80);
    private static final PortEntry OPEN = Plans.tcp("open", "::", 18081, 80, 2);
    private static final PortEntry UDP = Plans.udp("udp", "::", 18080, 80, 1);

    private Path state;
    private LauncherFixture operator;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        state = Files.createTempDirectory(Path.of("/run"), "lost-files");
        target = TargetProcess.inNetworkNamespace();
        operator = new LauncherFixture(state);
    }

    @AfterEach
    void stop() throws IOException {
        operator.close();
        target.close();
    }

    private static RelayConfig inContainer() {
        List<String> command = new ArrayList<>(HiddenFiles.withOwnMounts());
        command.addAll(Program.command("relay"));
        return new RelayConfig(command, List.of(), LauncherFixture.RELAY.version());
    }

    private void converge(PortEntry... ports) {
        Observation observation = operator.converge(Plans.run("web", new Target.Pid(target.pid()), RELAYED, ports));
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.ports())
                .allSatisfy(port -> assertThat(port.problem()).isNull());
    }

    private RelayFiles relay() {
        return RelayFiles.current(state.resolve("relay"), "current").orElseThrow();
    }

    private static boolean isReset() {
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            return client.ending() == TcpEnd.Ending.RESET;
        } catch (UncheckedIOException e) {
            return true; // so fast that the connection was not seen to be made
        }
    }

    /** One after the other, each for the first time in the life of this relay. */
    @Test
    void opensPortsMovesBytesCountsAndHandsOverWithoutAnyOfItsFiles() throws IOException {
        operator.restartWith(inContainer());
        converge(LOCAL);
        RelayFiles relay = relay();
        HiddenFiles.hideFrom(relay.pid());
        operator.restart();

        try (OtherHost other = new OtherHost()) {
            converge(LOCAL, OPEN, UDP);
            assertThat(relay().pid()).isEqualTo(relay.pid());
            assertThat(isReset()).isTrue();

            target.serveTcpEcho("::", 80);
            target.serveUdpEcho("::", 80);
            assertThat(TestClient.here().echo("tcp", HERE, 18080, 1_000_000)).isEqualTo("same");
            for (String address : List.of(OtherHost.HERE, OtherHost.HERE6)) {
                assertThat(TestClient.on(other.host()).echo("tcp", address, 18081, 1_000_000))
                        .isEqualTo("same");
                assertThat(TestClient.on(other.host()).echo("udp", address, 18080, 1000))
                        .isEqualTo("same");
            }
            TcpEnd reset = TcpEnd.connect(HERE, 18080);
            reset.echo("x");
            reset.reset();
            assertThat(operator.launcher.traffic().problems()).isEmpty();
            assertThat(operator.launcher
                            .traffic()
                            .of("uid-web", TrafficSamples.tcp(HERE, 18080), 1)
                            .refused())
                    .isEqualTo(1);

            try (TcpEnd kept = TcpEnd.connect(HERE, 18080)) {
                kept.echo("before");
                operator.restartWith(new RelayConfig(VersionedRelay.command("next"), List.of(), "next"));
                converge(LOCAL, OPEN, UDP);
                assertThat(relay().pid()).isNotEqualTo(relay.pid());
                kept.echo("after");
                assertThat(TestClient.here().echo("tcp", HERE, 18080, 1000)).isEqualTo("same");
            }
        }
        await().atMost(DEADLINE).until(() -> Procfs.commandLine(relay.pid()).isEmpty());
        assertThat(relay.directory()).doesNotExist();
    }
}
