package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEADLINE;
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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Podman's system tests assert of published ports, of both port handlers. */
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

    @ParameterizedTest
    @EnumSource
    @Row("P7")
    void listensOnTheHost(Handler handler) {
        network.run(handler.defaults(), Plans.tcp("http", "0.0.0.0", 18080, 80, 1));
        assertThat(CommandResult.run("ss", "-Hltn", "sport = :18080").orFail().stdout())
                .contains("0.0.0.0:18080");
    }

    @ParameterizedTest
    @EnumSource
    @Row("P11")
    void choosesAHostPortWhereOnlyAGuestPortIsNamed(Handler handler) {
        target.serveTcpEcho("0.0.0.0", 80);
        Observation observation = network.run(handler.defaults(), Plans.tcp("http", "0.0.0.0", null, 80, 1));
        int chosen = observation.ports().get(0).hostPort();
        assertThat(chosen).isBetween(20000, 29999);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", chosen, SMALL)).isEqualTo("same");
    }

    @ParameterizedTest
    @EnumSource
    @Row("P12")
    void forwardsIntoAUserNamespaceWithAnotherNetworkAndDoesNotShowClientsAsLoopback(Handler handler) {
        try (TargetProcess own = TargetProcess.inUserAndNetworkNamespace();
                OtherHost other = new OtherHost()) {
            own.serveTcpPeer("0.0.0.0", 80);
            network.run(own, handler.in(options("192.168.0.0/24", false)), Plans.tcp("http", "0.0.0.0", 18080, 80, 1));
            assertThat(TestClient.on(other.host()).peer("tcp", OtherHost.HERE, 18080))
                    .isEqualTo(OtherHost.THERE);
            assertThat(TestClient.here().peer("tcp", "127.0.0.1", 18080)).isEqualTo(handler.localClient("192.168.0"));
        }
    }

    @ParameterizedTest
    @EnumSource
    @Row("P14")
    void servesOnTheSameHostPortAfterTheTargetWasKilledAndStartedAgain(Handler handler) throws IOException {
        Path file = Files.writeString(temporary.resolve("web.pid"), target.pid() + "\n");
        var request = Plans.run("web", new Target.PidFile(file), handler.defaults(), Plans.tcp("http", null, 80));
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

    @ParameterizedTest
    @EnumSource
    @Row("P15")
    void holdsEveryPortOfARange(Handler handler) {
        for (int i = 0; i < 3; i++) {
            target.serveTcpEcho("0.0.0.0", 8000 + i);
        }
        assertThat(network.run(handler.defaults(), Plans.tcp("range", "0.0.0.0", 18000, 8000, 3))
                        .ports())
                .extracting(PortObservation::state)
                .containsExactly(PortObservation.State.ACTIVE);
        for (int port = 18000; port < 18003; port++) {
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", port, SMALL)).isEqualTo("same");
            String bind = "import socket; s = socket.socket(); s.bind(('0.0.0.0', " + port + "))";
            assertThat(CommandResult.run("python3", "-c", bind).stderr()).contains("Address already in use");
        }
    }

    /** An entry of the table of cases. */
    private record Shape(String name, String hostIp, int hostPort, int containerPort, int range) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape("single", "0.0.0.0", 18000, 18000, 1),
            new Shape("range", "0.0.0.0", 18010, 18010, 3),
            new Shape("translated", "0.0.0.0", 18020, 8020, 1),
            new Shape("translated-range", "0.0.0.0", 18030, 8030, 3),
            new Shape("loopback", "127.0.0.1", 18040, 8040, 1),
            new Shape("address", OtherHost.HERE, 18050, 8050, 1));

    private static final List<Shape> SHAPES_OF_IPV6 = List.of(
            new Shape("both-families", "::", 18060, 8060, 3),
            new Shape("loopback6", "::1", 18070, 8070, 1),
            new Shape("address6", OtherHost.HERE6, 18080, 8080, 1));

    static Stream<Arguments> handlersAndProtocols() {
        return Stream.of(Handler.values())
                .flatMap(handler -> Stream.of("tcp", "udp").map(protocol -> Arguments.of(handler, protocol)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("handlersAndProtocols")
    @Row({"P18", "R1", "R2", "R3"})
    void passesBytesUnchangedFromLoopbackAndFromAnotherHost(Handler handler, String protocol) {
        List<Shape> shapes = new ArrayList<>(SHAPES);
        if (handler.listensOnIpv6()) {
            shapes.addAll(SHAPES_OF_IPV6);
        }
        try (OtherHost other = new OtherHost()) {
            shapes.forEach(shape -> serve(protocol, shape.containerPort(), shape.range()));
            // slirp4netns's UDP replies to loopback need host loopback, and to come first: see the test below.
            network.run(
                    handler.in(options(null, true)),
                    shapes.stream().map(shape -> entry(protocol, shape)).toArray(PortEntry[]::new));
            for (Shape shape : shapes) {
                for (int port = shape.hostPort(); port < shape.hostPort() + shape.range(); port++) {
                    for (String address : localAddresses(shape.hostIp())) {
                        pass(TestClient.here(), protocol, address, port, shape);
                    }
                    for (String address : addressesForOthers(shape.hostIp())) {
                        pass(TestClient.on(other.host()), protocol, address, port, shape);
                    }
                }
            }
        }
    }

    /** A little through each port, and much through the first. */
    private static void pass(TestClient client, String protocol, String address, int port, Shape shape) {
        for (int size : port == shape.hostPort() ? List.of(SMALL, large(protocol)) : List.of(SMALL)) {
            assertThat(client.echo(protocol, address, port, size))
                    .as("%d bytes by way of %s, port %d", size, address, port)
                    .isEqualTo("same");
        }
    }

    /** Where clients of this host reach a listener. */
    private static List<String> localAddresses(String hostIp) {
        return switch (hostIp) {
            case "0.0.0.0" -> List.of("127.0.0.1");
            case "::" -> List.of("127.0.0.1", "::1");
            default -> List.of(hostIp);
        };
    }

    private static List<String> addressesForOthers(String hostIp) {
        return switch (hostIp) {
            case "0.0.0.0" -> List.of(OtherHost.HERE);
            case "::" -> List.of(OtherHost.HERE, OtherHost.HERE6);
            case "127.0.0.1", "::1" -> List.of();
            default -> List.of(hostIp);
        };
    }

    /** Of slirp4netns itself; should one of its versions do better, docs/conformance.md is to be changed. */
    @Test
    @Row("P18")
    void losesUdpRepliesToLoopbackWhereHostLoopbackIsNotAllowedOrAnotherHostCameBefore() {
        try (OtherHost other = new OtherHost()) {
            serve("udp", 8000, 1);
            network.run(options(null, false), Plans.udp("port", "0.0.0.0", 18000, 8000, 1));
            assertThat(TestClient.here().getsUdpAnswer("127.0.0.1", 18000)).isFalse();
            network.run(options(null, true), Plans.udp("port", "0.0.0.0", 18000, 8000, 1));
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

    private static PortEntry entry(String protocol, Shape shape) {
        return protocol.equals("tcp")
                ? Plans.tcp(shape.name(), shape.hostIp(), shape.hostPort(), shape.containerPort(), shape.range())
                : Plans.udp(shape.name(), shape.hostIp(), shape.hostPort(), shape.containerPort(), shape.range());
    }

    /** Bytes: many segments of a stream, or a datagram in fragments. */
    private static int large(String protocol) {
        return protocol.equals("tcp") ? 5_000_000 : 8_000;
    }
}
