package dev.rootlessnetwork.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a target sends to others by itself, while it also serves clients through the relay. */
class OutboundTrafficIT {
    private static final String THIRD = "198.51.100.10";
    private static final int HOST_PORT = 18000;
    private static final int PORT = 8000;
    private static final int ELSEWHERE = 7000;
    private static final int TIMEOUT_MILLIS = 20_000;

    @TempDir
    Path directory;

    private LauncherFixture fixture;
    private TargetProcess target;
    private OtherHost other;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(directory);
        target = TargetProcess.inNetworkNamespace();
        other = new OtherHost();
        other.host().run("ip", "address", "add", THIRD + "/24", "dev", "cable1").orFail();
        other.host().serveUdpEcho(THIRD, ELSEWHERE);
        other.host().serveUdpEcho(OtherHost.THERE, ELSEWHERE);
        other.host().serveTcpEcho(OtherHost.THERE, ELSEWHERE);
    }

    @AfterEach
    void stop() throws IOException {
        other.close();
        fixture.close();
        target.close();
    }

    @Test
    void reachesThirdHostsFromAServersPortAndTheClientsHostFromOthers() throws Exception {
        target.serveTcpPeer("0.0.0.0", PORT);
        fixture.converge(Plans.run(
                "web",
                new Target.Pid(target.pid()),
                Plans.relayed(),
                Plans.tcp("stream", "0.0.0.0", HOST_PORT, PORT, 1),
                Plans.udp("datagram", "0.0.0.0", HOST_PORT, PORT, 1)));
        try (DatagramSocket server = socket(target, "0.0.0.0", PORT);
                DatagramSocket client = socket(other.host(), OtherHost.THERE, 0)) {
            send(client, "question", OtherHost.HERE, HOST_PORT);
            SocketAddress seen = receive(server, "question");
            assertThat(seen).isEqualTo(client.getLocalSocketAddress());
            assertThat(TestClient.on(other.host()).peer("tcp", OtherHost.HERE, HOST_PORT))
                    .isEqualTo(OtherHost.THERE);

            send(server, "to a third host", THIRD, ELSEWHERE);
            receive(server, "to a third host");
            assertThat(TestClient.on(target).echo("udp", OtherHost.THERE, ELSEWHERE, 100))
                    .isEqualTo("same");
            assertThat(TestClient.on(target).echo("tcp", OtherHost.THERE, ELSEWHERE, 100_000))
                    .isEqualTo("same");

            server.send(new DatagramPacket("answer".getBytes(UTF_8), 6, seen));
            assertThat(receive(client, "answer")).isEqualTo(at(OtherHost.HERE, HOST_PORT));
        }
    }

    private static DatagramSocket socket(TargetProcess place, String address, int port) throws Exception {
        try (Fd netns = Fd.openRead(Path.of("/proc/" + place.pid() + "/ns/net"))) {
            DatagramSocket socket = Namespaces.inNetns(netns, () -> new DatagramSocket(at(address, port)));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return socket;
        }
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddresses.forString(address), port);
    }

    private static void send(DatagramSocket from, String text, String address, int port) throws IOException {
        byte[] content = text.getBytes(UTF_8);
        from.send(new DatagramPacket(content, content.length, at(address, port)));
    }

    /** Awaits a datagram, and returns its sender. */
    private static SocketAddress receive(DatagramSocket socket, String text) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8)).isEqualTo(text);
        return packet.getSocketAddress();
    }
}
