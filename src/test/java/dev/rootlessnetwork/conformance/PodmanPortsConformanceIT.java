package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEADLINE;
import static dev.rootlessnetwork.conformance.ConformanceFixture.DEFAULTS;
import static dev.rootlessnetwork.conformance.ConformanceFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Podman's system tests assert of published ports. */
class PodmanPortsConformanceIT {
    private static final int SMALL = 1;

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
    }

    @Test
    @Row("P7")
    void listensOnTheHost() {
        network.run(DEFAULTS, Plans.tcp("http", "0.0.0.0", 18080, 80, 1));
        assertThat(CommandResult.run("ss", "-Hltn", "sport = :18080").orFail().stdout())
                .contains("0.0.0.0:18080");
    }

    @Test
    @Row("P11")
    void choosesAHostPortWhereOnlyAGuestPortIsNamed() {
        target.serveTcpEcho("0.0.0.0", 80);
        Observation observation = network.run(DEFAULTS, Plans.tcp("http", "0.0.0.0", null, 80, 1));
        int chosen = observation.ports().get(0).hostPort();
        assertThat(chosen).isBetween(20000, 29999);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", chosen, SMALL)).isEqualTo("same");
    }

    @Test
    @Row("P12")
    void forwardsIntoAUserNamespaceWithAnotherNetworkAndDoesNotShowClientsAsLoopback() {
        try (TargetProcess own = TargetProcess.inUserAndNetworkNamespace();
                OtherHost other = new OtherHost()) {
            own.serveTcpPeer("0.0.0.0", 80);
            network.run(own, options("192.168.0.0/24", false), Plans.tcp("http", "0.0.0.0", 18080, 80, 1));
            assertThat(TestClient.on(other.host()).peer("tcp", OtherHost.HERE, 18080))
                    .isEqualTo(OtherHost.THERE);
            assertThat(TestClient.here().peer("tcp", "127.0.0.1", 18080)).isEqualTo("192.168.0.2");
        }
    }

    @Test
    @Row("P14")
    void servesOnTheSameHostPortAfterTheTargetWasKilledAndStartedAgain() throws IOException {
        Path file = Files.writeString(temporary.resolve("web.pid"), target.pid() + "\n");
        var request = Plans.run("web", new Target.PidFile(file), Plans.tcp("http", null, 80));
        target.serveTcpEcho("0.0.0.0", 80);
        Observation first = network.operator.converge(request);
        int port = first.ports().get(0).hostPort();
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", port, SMALL)).isEqualTo("same");
        network.operator.changed.clear();
        target.close();
        await().atMost(DEADLINE).until(() -> network.operator.changed.remove("uid-web"));
        assertThat(network.operator.converge(request).slirpProblem().reason()).isEqualTo(Reason.TargetExited);

        try (TargetProcess again = TargetProcess.inNetworkNamespace()) {
            again.serveTcpEcho("0.0.0.0", 80);
            network.operator.changed.clear();
            Files.writeString(file, again.pid() + "\n");
            await().atMost(DEADLINE).until(() -> network.operator.changed.remove("uid-web"));
            Observation second = network.operator.converge(request);
            assertThat(second.ports().get(0).hostPort()).isEqualTo(port);
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", port, SMALL)).isEqualTo("same");
        }
    }

    @Test
    @Row("P15")
    void holdsEveryPortOfARange() {
        for (int i = 0; i < 3; i++) {
            target.serveTcpEcho("0.0.0.0", 8000 + i);
        }
        assertThat(network.run(DEFAULTS, Plans.tcp("range", "0.0.0.0", 18000, 8000, 3))
                        .ports())
                .extracting(PortObservation::state)
                .containsExactly(PortObservation.State.ACTIVE);
        for (int port = 18000; port < 18003; port++) {
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", port, SMALL)).isEqualTo("same");
            String bind = "import socket; s = socket.socket(); s.bind(('0.0.0.0', " + port + "))";
            assertThat(CommandResult.run("python3", "-c", bind).stderr()).contains("Address already in use");
        }
    }

    static Stream<Arguments> matrix() {
        return Stream.of("tcp", "udp")
                .flatMap(protocol -> Stream.of(
                        Arguments.of(protocol, "single", "0.0.0.0", 18000, 18000, 1),
                        Arguments.of(protocol, "range", "0.0.0.0", 18000, 18000, 3),
                        Arguments.of(protocol, "translated", "0.0.0.0", 18000, 8000, 1),
                        Arguments.of(protocol, "translated range", "0.0.0.0", 18000, 8000, 3),
                        Arguments.of(protocol, "bound to loopback", "127.0.0.1", 18000, 8000, 1),
                        Arguments.of(protocol, "bound to an address", OtherHost.HERE, 18000, 8000, 1)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("matrix")
    @Row({"P18", "R1", "R3"})
    void passesBytesUnchangedFromLoopbackAndFromAnotherHost(
            String protocol, String what, String hostIp, int hostPort, int containerPort, int range) {
        try (OtherHost other = new OtherHost()) {
            serve(protocol, containerPort, range);
            // Replies to UDP clients on loopback need host loopback, and to come first: see the test below.
            network.run(options(null, true), entry(protocol, hostIp, hostPort, containerPort, range));
            String local = hostIp.equals(OtherHost.HERE) ? OtherHost.HERE : "127.0.0.1";
            for (int port = hostPort; port < hostPort + range; port++) {
                for (int size : new int[] {SMALL, large(protocol)}) {
                    assertThat(TestClient.here().echo(protocol, local, port, size))
                            .as("%s from this host, port %d, %d bytes", what, port, size)
                            .isEqualTo("same");
                }
                for (int size : new int[] {SMALL, large(protocol)}) {
                    if (!hostIp.equals("127.0.0.1")) {
                        assertThat(TestClient.on(other.host()).echo(protocol, OtherHost.HERE, port, size))
                                .as("%s from another host, port %d, %d bytes", what, port, size)
                                .isEqualTo("same");
                    }
                }
            }
        }
    }

    /** Of slirp4netns itself; should one of its versions do better, docs/conformance.md is to be changed. */
    @Test
    @Row("P18")
    void losesUdpRepliesToLoopbackWhereHostLoopbackIsNotAllowedOrAnotherHostCameBefore() {
        try (OtherHost other = new OtherHost()) {
            serve("udp", 8000, 1);
            network.run(options(null, false), entry("udp", "0.0.0.0", 18000, 8000, 1));
            assertThat(TestClient.here().getsUdpAnswer("127.0.0.1", 18000)).isFalse();
            network.run(options(null, true), entry("udp", "0.0.0.0", 18000, 8000, 1));
            assertThat(TestClient.here().getsUdpAnswer("127.0.0.1", 18000)).isTrue();
            assertThat(TestClient.on(other.host()).getsUdpAnswer(OtherHost.HERE, 18000))
                    .isTrue();
            assertThat(TestClient.here().getsUdpAnswer("127.0.0.1", 18000)).isFalse();
        }
    }

    private void serve(String protocol, int first, int range) {
        for (int port = first; port < first + range; port++) {
            if (protocol.equals("tcp")) {
                target.serveTcpEcho("0.0.0.0", port);
            } else {
                target.serveUdpEcho("0.0.0.0", port);
            }
        }
    }

    private static PortEntry entry(String protocol, String hostIp, int hostPort, int containerPort, int range) {
        return protocol.equals("tcp")
                ? Plans.tcp("port", hostIp, hostPort, containerPort, range)
                : Plans.udp("port", hostIp, hostPort, containerPort, range);
    }

    /** Bytes: many segments of a stream, or a datagram in fragments. */
    private static int large(String protocol) {
        return protocol.equals("tcp") ? 5_000_000 : 8_000;
    }
}
