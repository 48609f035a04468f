package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.relay.RelayFiles;
import dev.rootlessnetwork.relay.VersionedRelay;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relay of another version takes the ports over; connections stay where they are. */
class RelayUpgradeIT {
    private static final PortEntry ECHO = Plans.tcp("echo", "0.0.0.0", 18070, 7, 1);
    private static final PortEntry SECOND = Plans.tcp("second", "0.0.0.0", 18071, 7, 1);

    @TempDir
    Path directory;

    private TargetProcess target;
    private LauncherFixture operator;

    @BeforeEach
    void start() throws IOException {
        target = TargetProcess.inNetworkNamespace();
        operator = new LauncherFixture(directory);
        operator.restartWith(version("1"));
    }

    @AfterEach
    void stop() throws IOException {
        operator.close();
        target.close();
    }

    private static RelayConfig version(String version) {
        return new RelayConfig(VersionedRelay.command(version), List.of(), version);
    }

    private Observation converge(PortEntry... ports) {
        return converge(target, ports);
    }

    private Observation converge(TargetProcess of, PortEntry... ports) {
        return operator.converge(Plans.run("web", new Target.Pid(of.pid()), Plans.relayed(), ports));
    }

    private int relay() {
        return RelayFiles.current(directory.resolve("relay"), "current")
                .orElseThrow()
                .pid();
    }

    private static Socket connect(PortEntry port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.hostPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String echo(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII);
    }

    @Test
    void takesThePortsOverAndLeavesTheConnectionsUntilTheyEnd() throws IOException {
        assertThat(converge(ECHO).ports()).allMatch(port -> port.state() == PortObservation.State.ACTIVE);
        target.serveTcpEcho("0.0.0.0", 7);
        int old = relay();
        try (Socket before = connect(ECHO)) {
            assertThat(echo(before, "one")).isEqualTo("one");

            operator.restartWith(version("2"));
            assertThat(converge(ECHO).ports()).allMatch(port -> port.state() == PortObservation.State.ACTIVE);

            assertThat(relay()).isNotEqualTo(old);
            assertThat(echo(before, "two")).isEqualTo("two");
            try (Socket after = connect(ECHO)) {
                assertThat(echo(after, "three")).isEqualTo("three");
            }
            assertThat(Procfs.commandLine(old)).isNotEmpty();
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Procfs.commandLine(old).isEmpty());
        try (Socket last = connect(ECHO)) {
            assertThat(echo(last, "four")).isEqualTo("four");
        }
    }

    @Test
    void endsTheOldConnectionsOfAPortThatIsRemovedLater() throws IOException {
        converge(ECHO, SECOND);
        target.serveTcpEcho("0.0.0.0", 7);
        int old = relay();
        try (Socket removed = connect(ECHO);
                Socket kept = connect(SECOND)) {
            assertThat(echo(removed, "one")).isEqualTo("one");
            assertThat(echo(kept, "one")).isEqualTo("one");
            operator.restartWith(version("2"));

            converge(SECOND);

            assertThatThrownBy(() -> {
                        while (removed.getInputStream().read() >= 0) {
                            // until the reset
                        }
                    })
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThat(echo(kept, "two")).isEqualTo("two");
            assertThat(Procfs.commandLine(old)).isNotEmpty();
        }
    }

    private Traffic traffic(PortEntry port) {
        return operator.launcher.traffic().of("uid-web", TrafficSamples.tcp("0.0.0.0", port.hostPort()), port.range());
    }

    private void awaitTraffic(Traffic expected) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(traffic(ECHO)).isEqualTo(expected));
    }

    @Test
    void goesOnCountingWhatCameThrough() throws IOException {
        converge(ECHO);
        target.serveTcpEcho("0.0.0.0", 7);
        int old = relay();
        try (Socket before = connect(ECHO)) {
            echo(before, "one");
            operator.restartWith(version("2"));
            converge(ECHO);
            echo(before, "two");
            try (Socket after = connect(ECHO)) {
                echo(after, "three");
                awaitTraffic(new Traffic(2, 2, 11, 11, 0));
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Procfs.commandLine(old).isEmpty());
        awaitTraffic(new Traffic(0, 2, 11, 11, 0));

        operator.restartWith(version("3"));
        converge(ECHO);
        awaitTraffic(new Traffic(0, 2, 11, 11, 0));
        converge();
        converge(ECHO);
        awaitTraffic(Traffic.NONE);
    }

    @Test
    void countsAnewForAnotherTarget() throws IOException {
        converge(ECHO);
        target.serveTcpEcho("0.0.0.0", 7);
        try (Socket before = connect(ECHO)) {
            echo(before, "one");
            operator.restartWith(version("2"));
            converge(ECHO);
            awaitTraffic(new Traffic(1, 1, 3, 3, 0));
            try (TargetProcess next = TargetProcess.inNetworkNamespace()) {
                converge(next, ECHO);
                awaitTraffic(Traffic.NONE);
                converge();
            }
        }
    }

    @Test
    void goesOnWithTheFlowsOfUdp() throws IOException {
        PortEntry peer = new PortEntry("peer", Protocol.UDP, InetAddress.getByName("0.0.0.0"), 18072, 9, null, 1);
        converge(peer);
        target.serveUdpSource("0.0.0.0", 9);
        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout(10_000);
            client.connect(InetAddress.getLoopbackAddress(), 18072);
            String before = ask(client);

            operator.restartWith(version("2"));
            converge(peer);

            assertThat(ask(client)).isEqualTo(before);
        }
    }

    /** The address and port that the server sees. */
    private static String ask(DatagramSocket client) throws IOException {
        client.send(new DatagramPacket(new byte[1], 1));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
    }

    @Test
    void servesOnWhereTheNewOneCannotBeStarted() throws IOException {
        converge(ECHO);
        target.serveTcpEcho("0.0.0.0", 7);
        int old = relay();
        operator.restartWith(new RelayConfig(List.of("/bin/false"), List.of(), "2"));

        assertThat(converge(ECHO).ports()).allMatch(port -> port.state() == PortObservation.State.ACTIVE);

        assertThat(relay()).isEqualTo(old);
        try (Socket after = connect(ECHO)) {
            assertThat(echo(after, "one")).isEqualTo("one");
        }
    }

    @Test
    void endsTheOldOneWithItsConnectionsWhenTheObjectIsDeleted() throws IOException {
        converge(ECHO);
        target.serveTcpEcho("0.0.0.0", 7);
        int old = relay();
        try (Socket before = connect(ECHO)) {
            assertThat(echo(before, "one")).isEqualTo("one");
            operator.restartWith(version("2"));
            converge(ECHO);
            int current = relay();

            operator.launcher.stop(
                    Plans.run("web", new Target.Pid(target.pid())).identity().uid());

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Procfs.commandLine(old).isEmpty()
                            && Procfs.commandLine(current).isEmpty());
        }
        assertThat(directory.resolve("relay")).isEmptyDirectory();
    }
}
