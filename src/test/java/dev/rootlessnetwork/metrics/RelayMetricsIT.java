package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.LauncherFixture;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape tells of the real relay. */
class RelayMetricsIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final PortEntry WEB = Plans.tcp("web", "127.0.0.1", 18080, 80, 3);
    private static final PortEntry DEAF = Plans.tcp("deaf", "127.0.0.1", 18090, 90, 1);

    @TempDir
    Path temporary;

    private final AgentMetrics agent = new AgentMetrics("1.0");
    private LauncherFixture fixture;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"), agent);
        agent.traffic(() -> fixture.launcher.traffic());
        target = TargetProcess.inNetworkNamespace();
        target.serveTcpEcho("0.0.0.0", 80);
        target.serveTcpEcho("0.0.0.0", 82);
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        target.close();
    }

    private void converge(PortEntry... ports) {
        fixture.changed.clear();
        agent.converged(fixture.converge(Plans.run("web", new Target.Pid(target.pid()), Plans.relayed(), ports)));
    }

    private double value(String figure, String port) {
        return value(figure, port, "TCP");
    }

    private double value(String figure, String port, String protocol) {
        return new Samples(agent)
                .value("rootlessnetwork_relay_" + figure + "{name=\"web\",namespace=\"default\",port=\"" + port
                        + "\",protocol=\"" + protocol + "\"}");
    }

    private double up() {
        return new Samples(agent).value("rootlessnetwork_relay_up");
    }

    private List<String> told(String figure) {
        return new Samples(agent).told("rootlessnetwork_relay_" + figure);
    }

    private long relayPid() throws IOException {
        return Long.parseLong(
                Files.readSymbolicLink(temporary.resolve("state/relay/current")).toString());
    }

    private void signal(String name) throws IOException {
        CommandResult.run(List.of("kill", "-" + name, Long.toString(relayPid())))
                .orFail();
    }

    private static void echo(int port, int size) {
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", port, size)).isEqualTo("same");
    }

    /** Connects, and is hung up on. */
    private static void beRefused(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void countsWhatComesThroughAPort() throws IOException {
        converge(WEB, DEAF);
        assertThat(up()).isEqualTo(1);
        assertThat(told("connections_total")).as("nobody has used it").isEmpty();

        echo(18080, 1000);
        echo(18082, 200);
        try (Socket open = new Socket(InetAddress.getLoopbackAddress(), 18080)) {
            await().atMost(DEADLINE).until(() -> value("connections_open", "web") == 1);
            open.getOutputStream().write(new byte[34]);
            assertThat(open.getInputStream().readNBytes(34)).hasSize(34);
        }
        await().atMost(DEADLINE).until(() -> value("connections_open", "web") == 0);
        assertThat(value("connections_total", "web")).isEqualTo(3);
        assertThat(value("received_bytes_total", "web")).isEqualTo(1234);
        assertThat(value("sent_bytes_total", "web")).isEqualTo(1234);
        assertThat(told("refused_total")).isEmpty();
        assertThat(told("connections_total")).hasSize(1);
        assertThat(new Samples(agent).value("rootlessnetwork_relay_resident_memory_bytes"))
                .isGreaterThan(1 << 20);
        assertThat(new Samples(agent).value("rootlessnetwork_relay_open_fds")).isGreaterThan(4);
    }

    @Test
    void countsConnectionsThatTheTargetRefuses() throws IOException {
        converge(WEB, DEAF);
        beRefused(18090);
        beRefused(18090);
        await().atMost(DEADLINE).until(() -> !told("refused_total").isEmpty());
        await().atMost(DEADLINE).until(() -> value("refused_total", "deaf") == 2);
        assertThat(value("connections_total", "deaf")).isEqualTo(2);
        assertThat(value("connections_open", "deaf")).isZero();
    }

    @Test
    void countsTheFlowsOfUdp() throws IOException {
        converge(Plans.udp("dns", "127.0.0.1", 18053, 53, 1));
        target.serveUdpEcho("0.0.0.0", 53);
        assertThat(TestClient.here().echo("udp", "127.0.0.1", 18053, 1000)).isEqualTo("same");
        await().atMost(DEADLINE).until(() -> value("sent_bytes_total", "dns", "UDP") == 1000);
        assertThat(value("received_bytes_total", "dns", "UDP")).isEqualTo(1000);
        assertThat(value("connections_open", "dns", "UDP")).isEqualTo(1);
        assertThat(value("connections_total", "dns", "UDP")).isEqualTo(1);
    }

    @Test
    void goesOnCountingWhenTheOperatorIsReplaced() throws IOException {
        converge(WEB);
        echo(18080, 1000);
        await().atMost(DEADLINE).until(() -> value("connections_open", "web") == 0);
        fixture.restart();
        echo(18080, 1);
        converge(WEB);
        await().atMost(DEADLINE).until(() -> value("received_bytes_total", "web") == 1001);
        assertThat(value("connections_total", "web")).isEqualTo(2);
    }

    @Test
    void saysThatARelayIsGoneAndBeginsAnewWithTheNext() throws IOException {
        converge(WEB);
        echo(18080, 1000);
        signal("KILL");
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
        assertThat(up()).isZero();
        assertThat(told("connections_total")).isEmpty();

        converge(WEB);
        assertThat(up()).isEqualTo(1);
        echo(18080, 1);
        await().atMost(DEADLINE).until(() -> value("received_bytes_total", "web") == 1);
    }

    @Test
    void doesWithoutARelayThatHangs() throws IOException {
        converge(WEB);
        echo(18080, 1000);
        signal("STOP");
        try {
            assertThat(up()).isZero();
            assertThat(told("connections_total")).isEmpty();
            assertThat(told("resident_memory_bytes")).isEmpty();
            assertThat(new Samples(agent).value("rootlessnetwork_networks{reason=\"NetworkReady\"}"))
                    .isEqualTo(1);
        } finally {
            signal("CONT");
        }
        await().atMost(DEADLINE).until(() -> up() == 1);
        assertThat(value("connections_total", "web")).isEqualTo(1);
    }

    @Test
    void saysNothingOfARelayThatNoPortNeeds() {
        converge();
        assertThat(new Samples(agent).metrics).doesNotContainKey("rootlessnetwork_relay_up");
        converge(WEB);
        assertThat(up()).isEqualTo(1);
        fixture.launcher.stop("uid-web");
        agent.forgotten("uid-web");
        await().atMost(DEADLINE).until(() -> !new Samples(agent).metrics.containsKey("rootlessnetwork_relay_up"));
    }
}
