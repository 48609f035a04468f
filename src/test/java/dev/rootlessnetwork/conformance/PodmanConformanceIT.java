package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEADLINE;
import static dev.rootlessnetwork.conformance.ConformanceFixture.DEFAULTS;
import static dev.rootlessnetwork.conformance.ConformanceFixture.ipv6;
import static dev.rootlessnetwork.conformance.ConformanceFixture.options;
import static dev.rootlessnetwork.conformance.ConformanceFixture.outbound;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import dev.rootlessnetwork.testing.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Podman's system tests assert of its slirp4netns mode, but for the ports: see {@link PodmanPortsConformanceIT}. */
class PodmanConformanceIT {
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
    @Row("P1")
    void givesAnIpv6AddressThatCanBeUsedAtOnceAndLeavesAcceptDadAlone() {
        String[] acceptDad = {"sysctl", "-n", "net.ipv6.conf.default.accept_dad", "net.ipv6.conf.all.accept_dad"};
        String before = target.run(acceptDad).orFail().stdout();
        network.run(ipv6());
        assertThat(target.run("ip", "-6", "addr", "show", "dev", "tap0", "tentative")
                        .orFail()
                        .stdout())
                .isEmpty();
        target.run("ping", "-6", "-c", "1", "-W", "5", "fd00::2").orFail();
        assertThat(target.run(acceptDad).orFail().stdout()).isEqualTo(before);
    }

    /**
     * Where it is not allowed, libslirp says so with whatever error number is left from another call (4.7, {@code sotranslate_out}): the
     * guest hears that the network is unreachable, or believes itself connected, to nobody.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Row({"P3", "S4"})
    void answersPingAtTheGatewayAndLeadsToTheHostsLoopbackOnlyWhereAllowed(boolean allowed) throws IOException {
        network.run(options(null, allowed));
        target.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
        try (ServerSocket host = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            String greet = "import socket; s = socket.create_connection(('10.0.2.2', " + host.getLocalPort()
                    + "), timeout=5); s.sendall(b'hello'); print('greeted')";
            CommandResult result = target.run("python3", "-c", greet);
            host.setSoTimeout(100);
            if (allowed) {
                assertThat(result.orFail().stdout()).isEqualTo("greeted\n");
                assertThat(host.accept().getInputStream().readNBytes(5))
                        .asString()
                        .isEqualTo("hello");
            } else {
                assertThatThrownBy(host::accept)
                        .describedAs("a connection of the guest, which says %s", result)
                        .isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    @Row("P4")
    void setsTheMtu() {
        Observation observation = network.run(Plans.options(9000));
        assertThat(observation.guest().mtu()).isEqualTo(9000);
        assertThat(target.run("ip", "-o", "link", "show", "tap0").orFail().stdout())
                .contains("mtu 9000");
    }

    @Test
    @Row("P5")
    void takesAnotherNetwork() {
        Observation observation = network.run(options("192.168.0.0/24", false));
        target.run("ping", "-c", "1", "-W", "5", "192.168.0.2").orFail();
        assertThat(target.run("ip", "-o", "addr", "show", "tap0").orFail().stdout())
                .contains("192.168.0.100/24");
        assertThat(observation.guest().address()).isEqualTo("192.168.0.100/24");
        assertThat(observation.guest().gateway()).isEqualTo("192.168.0.2");
        assertThat(observation.guest().dns()).isIn(null, "192.168.0.3");
    }

    static Stream<Arguments> sources() {
        return Stream.of(
                Arguments.of(OtherHost.HERE_TOO, null, OtherHost.THERE, OtherHost.HERE_TOO),
                Arguments.of(OtherHost.CABLE, null, OtherHost.THERE, OtherHost.HERE),
                Arguments.of(null, OtherHost.HERE6_TOO, OtherHost.THERE6, OtherHost.HERE6_TOO),
                Arguments.of(null, OtherHost.CABLE, OtherHost.THERE6, "2001:db8:1::"));
    }

    @ParameterizedTest
    @MethodSource("sources")
    @Row("P6")
    void connectsFromTheOutboundAddress(@Nullable String from, @Nullable String from6, String to, String seen) {
        try (OtherHost other = new OtherHost()) {
            other.host().serveTcpPeer(to, 7000);
            other.host().serveTcpEcho(to, 7001);
            network.run(outbound(from, from6, from6 != null));
            assertThat(TestClient.on(target).peer("tcp", to, 7000)).startsWith(seen);
            assertThat(TestClient.on(target).echo("tcp", to, 7001, 100_000)).isEqualTo("same");
        }
    }

    @Test
    @Row("P9")
    void reportsItsOptionsAsGiven() {
        NetworkOptions given = options("192.168.7.0/24", true);
        assertThat(network.run(given).plan().options()).isEqualTo(given);
    }

    @Test
    @Row("P13")
    void namesTheResolverThatAnswersForTheHostsNameServer() throws IOException {
        try (OtherHost other = new OtherHost();
                ResolvConf host = ResolvConf.of(temporary, OtherHost.THERE)) {
            other.host().serveUdpEcho(OtherHost.THERE, 53);
            Observation observation = network.run(ipv6());
            assertThat(observation.guest().dns()).isEqualTo("10.0.2.3");
            assertThat(observation.guest().dns6()).isNull();
            assertThat(TestClient.on(target).echo("udp", "10.0.2.3", 53, 30)).isEqualTo("same");
            assertThat(host.nameServers()).containsExactly(OtherHost.THERE);
        }
    }

    @Test
    @Row("P13")
    void namesTheIpv6ResolverThatAnswersForTheHostsIpv6NameServer() throws IOException {
        try (OtherHost other = new OtherHost();
                ResolvConf host = ResolvConf.of(temporary, OtherHost.THERE6)) {
            other.host().serveUdpEcho(OtherHost.THERE6, 53);
            Observation observation = network.run(ipv6());
            assertThat(observation.guest().dns()).isNull();
            assertThat(observation.guest().dns6()).isEqualTo("fd00::3");
            assertThat(TestClient.on(target).echo("udp", "fd00::3", 53, 30)).isEqualTo("same");
            assertThat(host.nameServers()).containsExactly(OtherHost.THERE6);
        }
    }

    @Test
    @Row("P16")
    void leavesNothingOfTargetsThatFailAtOnceAgainAndAgain() throws IOException {
        network.run(DEFAULTS); // what is loaded at first use stays
        List<String> processes = LiveProcesses.named("slirp4netns");
        long descriptors = LiveProcesses.ownDescriptors();
        for (int i = 0; i < 20; i++) {
            TargetProcess failing = TargetProcess.inNetworkNamespace();
            var request = Plans.run("failing", new Target.Pid(failing.pid()));
            CompletableFuture<Void> end = CompletableFuture.runAsync(failing::kill, Threads.OWN);
            if (i % 2 == 0) {
                end.join();
            }
            network.operator.converge(request);
            end.join();
            await().atMost(DEADLINE)
                    .until(() -> network.operator.converge(request).slirp() == null);
            assertThat(network.operator.converge(request).slirpProblem().reason())
                    .isIn(Reason.TargetNotFound, Reason.TargetExited);
            network.operator.launcher.stop("uid-failing");
        }
        assertThat(LiveProcesses.named("slirp4netns")).isEqualTo(processes);
        // The pipes of a child that has ended are closed by the JVM a moment later.
        await().atMost(DEADLINE).until(() -> LiveProcesses.ownDescriptors() <= descriptors);
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(" nsfs ");
    }

    @Test
    @Row("P19")
    void bringsLoopbackUpAndMovesTheCountersOfTheTap() {
        network.run(DEFAULTS);
        target.run("ping", "-c", "1", "-W", "5", "127.0.0.1").orFail();
        long before = packetsReceived();
        target.run("ping", "-c", "3", "-i", "0.2", "-W", "5", "10.0.2.2").orFail();
        assertThat(packetsReceived()).isGreaterThanOrEqualTo(before + 3);
    }

    private long packetsReceived() {
        return Long.parseLong(target.run("cat", "/proc/net/dev")
                .orFail()
                .stdout()
                .lines()
                .map(line -> line.strip().split("[:\\s]+", -1))
                .filter(column -> column[0].equals("tap0"))
                .findFirst()
                .orElseThrow()[2]);
    }
}
