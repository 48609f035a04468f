package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEADLINE;
import static dev.rootlessnetwork.conformance.ConformanceFixture.ipv6;
import static dev.rootlessnetwork.conformance.ConformanceFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import dev.rootlessnetwork.testing.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What RootlessKit's suite for port drivers asserts, of both port handlers. */
class RootlessKitConformanceIT {
    private static final int LARGE = 5_000_000;
    private static final PortEntry STREAM = Plans.tcp("stream", "0.0.0.0", 18000, 8000, 1);
    private static final PortEntry DATAGRAM = Plans.udp("datagram", "0.0.0.0", 18000, 8000, 1);

    @TempDir
    Path temporary;

    private ConformanceFixture network;
    private @Nullable TcpEnd connection;

    @BeforeEach
    void start() throws IOException {
        network = new ConformanceFixture(temporary.resolve("state"));
    }

    @AfterEach
    void stop() throws IOException {
        if (connection != null) {
            connection.close();
        }
        network.close();
    }

    /** The client closes its half of the stream before it reads the rest, so a half-close must not end the other half. */
    @ParameterizedTest
    @EnumSource
    @Row("R1")
    void servesTwoForwardsAtOnceAndHonoursAHalfClose(Handler handler) {
        try (OtherHost other = new OtherHost()) {
            network.target.serveTcpEcho("0.0.0.0", 8000);
            network.target.serveTcpEcho("0.0.0.0", 8001);
            network.run(handler.defaults(), STREAM, Plans.tcp("second", "0.0.0.0", 18001, 8001, 1));
            var first = CompletableFuture.supplyAsync(
                    () -> TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18000, LARGE), Threads.OWN);
            var second = CompletableFuture.supplyAsync(
                    () -> TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18001, LARGE), Threads.OWN);
            assertThat(first.join()).isEqualTo("same");
            assertThat(second.join()).isEqualTo("same");
        }
    }

    @ParameterizedTest
    @EnumSource
    @Row("R1")
    void servesNoMoreWhatWasRemovedAndEndsWithoutLeftovers(Handler handler) {
        PortEntry kept = Plans.tcp("kept", "0.0.0.0", 18001, 8000, 1);
        Observation both = network.run(handler.defaults(), STREAM, kept);
        assertThat(listeners("t")).contains("0.0.0.0:18000").contains("0.0.0.0:18001");
        assertThat(network.run(handler.defaults(), kept).slirp()).isEqualTo(both.slirp());
        assertThat(listeners("t")).doesNotContain("0.0.0.0:18000").contains("0.0.0.0:18001");
        network.operator.launcher.stop("uid-web");
        assertThat(listeners("t")).isEmpty();
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
        await().atMost(DEADLINE).until(LiveProcesses::relays, List::isEmpty);
        assertThat(temporary.resolve("state/relay"))
                .satisfiesAnyOf(
                        relays -> assertThat(relays).doesNotExist(),
                        relays -> assertThat(relays).isEmptyDirectory());
    }

    static Stream<Arguments> protocols() {
        return Stream.of(Handler.values())
                .flatMap(handler -> Stream.of("tcp", "udp").map(protocol -> Arguments.of(handler, protocol)));
    }

    /** The connection that goes on, or has just ended, does not stand in the way of the next listener. */
    @ParameterizedTest
    @MethodSource("protocols")
    @Row("R1")
    void freesAPortAtOnceForOtherProcessesAndForOtherObjects(Handler handler, String protocol) {
        PortEntry entry = protocol.equals("tcp") ? STREAM : DATAGRAM;
        serve(network.target, protocol);
        try (TargetProcess second = TargetProcess.inNetworkNamespace()) {
            serve(second, protocol);
            network.run(handler.in(options(null, true)), entry);
            if (protocol.equals("tcp")) {
                connection = TcpEnd.connect("127.0.0.1", 18000);
                connection.echo("x");
            } else {
                assertThat(TestClient.here().getsUdpAnswer("127.0.0.1", 18000)).isTrue();
            }
            network.run(handler.in(options(null, true)));
            String bind = "import socket; s = socket.socket(type=socket.SOCK_%s); "
                    + "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, %d); s.bind(('0.0.0.0', 18000))";
            CommandResult.run(
                            "python3",
                            "-c",
                            protocol.equals("tcp") ? bind.formatted("STREAM", 1) : bind.formatted("DGRAM", 0))
                    .orFail();
            network.run(second, "other", handler.in(options(null, true)), entry);
            assertThat(TestClient.here().echo(protocol, "127.0.0.1", 18000, 1)).isEqualTo("same");
        }
    }

    private static void serve(TargetProcess target, String protocol) {
        if (protocol.equals("tcp")) {
            target.serveTcpEcho("0.0.0.0", 8000);
        } else {
            target.serveUdpEcho("0.0.0.0", 8000);
        }
    }

    private static String listeners(String kind) {
        return CommandResult.run("ss", "-Hln" + kind, "sport = :18000 or sport = :18001")
                .orFail()
                .stdout();
    }

    static Stream<Handler> withIpv6() {
        return Stream.of(Handler.values()).filter(Handler::listensOnIpv6);
    }

    @ParameterizedTest
    @MethodSource("withIpv6")
    @Row("R2")
    void listensForBothFamiliesOnTheIpv6WildcardAndForOneOnEachOtherAddress(Handler handler) {
        try (OtherHost other = new OtherHost()) {
            TestClient remote = TestClient.on(other.host());
            network.target.serveTcpEcho("0.0.0.0", 8000);
            network.run(handler.defaults(), at("both", "::", 18000), at("ipv4", "0.0.0.0", 18001));
            assertThat(remote.echo("tcp", OtherHost.HERE, 18000, 1)).isEqualTo("same");
            assertThat(remote.echo("tcp", OtherHost.HERE6, 18000, 1)).isEqualTo("same");
            assertThat(TestClient.here().echo("tcp", "::1", 18000, 1)).isEqualTo("same");
            assertThat(remote.echo("tcp", OtherHost.HERE, 18001, 1)).isEqualTo("same");
            assertThat(remote.refuses(OtherHost.HERE6, 18001)).isTrue();
            assertThat(TestClient.here().refuses("::1", 18001)).isTrue();
        }
    }

    /** Clients and servers of the same family, and of different ones. */
    @ParameterizedTest
    @MethodSource("withIpv6")
    @Row("R2")
    void leadsClientsOfEitherFamilyToServersOfEither(Handler handler) {
        network.run(
                handler.in(ipv6()), Plans.tcp("ipv4", "::", 18004, 8004, 1), Plans.tcp("ipv6", "::", 18006, 8006, 1));
        network.target.serveTcpEcho("10.0.2.100", 8004);
        network.target.serveTcpEcho("::1", 8006);
        for (String client : List.of("127.0.0.1", "::1")) {
            assertThat(TestClient.here().echo("tcp", client, 18004, LARGE)).isEqualTo("same");
            assertThat(TestClient.here().echo("tcp", client, 18006, LARGE)).isEqualTo("same");
        }
    }

    @ParameterizedTest
    @MethodSource("withIpv6")
    @Row("R2")
    void servesOnePortOnAnIpv4AndAnIpv6AddressSeparately(Handler handler) throws IOException {
        network.target.serveHttp("0.0.0.0", 8004, "by IPv4");
        network.target.serveHttp("0.0.0.0", 8006, "by IPv6");
        network.run(
                handler.defaults(),
                Plans.tcp("ipv4", "0.0.0.0", 18000, 8004, 1),
                Plans.tcp("ipv6", "::1", 18000, 8006, 1));
        assertThat(page("127.0.0.1")).isEqualTo("by IPv4");
        assertThat(page("[::1]")).isEqualTo("by IPv6");
    }

    private static String page(String host) throws IOException {
        try (InputStream page = URI.create("http://" + host + ":18000/").toURL().openStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static PortEntry at(String name, String hostIp, int hostPort) {
        return Plans.tcp(name, hostIp, hostPort, 8000, 1);
    }

    @ParameterizedTest
    @MethodSource("protocols")
    @Row("R3")
    void letsTheServerSeeAClientOfAnotherHostByItsOwnAddressAndAnswerIt(Handler handler, String protocol) {
        try (OtherHost other = new OtherHost()) {
            network.target.serveTcpPeer("0.0.0.0", 8000);
            network.target.serveUdpPeer("0.0.0.0", 8000);
            PortEntry entry = protocol.equals("tcp") ? STREAM : DATAGRAM;
            Observation observation = network.run(handler.defaults(), entry);
            String seen = TestClient.on(other.host()).peer(protocol, OtherHost.HERE, 18000);
            assertThat(seen).isEqualTo(OtherHost.THERE);
            assertThat(observation.ports().get(0).keepsSource()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Row("R4")
    void controlsThePortsOfANetworkThatAnEarlierOperatorStarted(Handler handler) throws IOException {
        network.target.serveTcpEcho("0.0.0.0", 8000);
        Observation before = network.run(handler.defaults(), STREAM);
        List<String> relays = LiveProcesses.relays();
        connection = TcpEnd.connect("127.0.0.1", 18000);
        connection.echo("before");
        network.operator.restart();
        Observation after = network.run(handler.defaults(), STREAM, Plans.tcp("second", "0.0.0.0", 18001, 8000, 1));
        assertThat(after.slirp()).isEqualTo(before.slirp());
        assertThat(LiveProcesses.relays()).isEqualTo(relays);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18001, 1)).isEqualTo("same");
        connection.echo("after");
        network.run(handler.defaults(), Plans.tcp("second", "0.0.0.0", 18001, 8000, 1));
        assertThat(listeners("t")).doesNotContain("0.0.0.0:18000");
    }
}
