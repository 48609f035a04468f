package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of connections while forwards come, change and go. */
class RelayChangeIT {
    private static final String HERE = "127.0.0.1";
    private static final int CHANGES = 100;

    @TempDir
    Path directory;

    private RelayFixture relay;
    private TargetProcess target;

    private void start(String... flags) throws IOException {
        relay = new RelayFixture(directory, flags);
        target = relay.attach("web");
        target.serveTcpEcho("0.0.0.0", 80);
        relay.open("web", 18080, 80, 1);
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
    }

    @Test
    void disturbsNoConnectionByOpeningAndClosingOtherForwards() throws IOException {
        start();
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            for (int i = 0; i < CHANGES; i++) {
                relay.open("web", 18081, 80, 3);
                client.echo("after opening " + i);
                for (int port = 18081; port < 18084; port++) {
                    relay.close("web", port);
                }
                client.echo("after closing " + i);
            }
            relay.attach("other");
            relay.open("other", 18090, 80, 1);
            relay.client().detach("other");
            client.echo("after another network");
        }
    }

    @Test
    void leadsNewConnectionsToAnotherPortWhileEstablishedOnesGoOn() throws IOException {
        start();
        target.serveHttp("0.0.0.0", 81, "page");
        try (TcpEnd before = TcpEnd.connect(HERE, 18080)) {
            before.echo("before");
            relay.open("web", 18080, 81, 1);
            try (TcpEnd after = TcpEnd.connect(HERE, 18080)) {
                after.send("GET / HTTP/1.0\r\n\r\n");
                assertThat(after.receiveAll()).asString().endsWith("\r\n\r\npage");
            }
            before.echo("after");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1m"})
    void closesTheListenerOfARemovedForwardAtOnceWhateverTheGrace(String grace) throws IOException {
        start("--close-grace", grace);
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("x");
            relay.close("web", 18080);
            assertThat(TestClient.here().refuses(HERE, 18080)).isTrue();
            try (ServerSocket again = new ServerSocket()) {
                again.setReuseAddress(true); // a connection that goes on, or has just ended, has the port as well
                again.bind(new InetSocketAddress(18080));
            }
        }
    }

    @Test
    void givesAUdpPortBackAtOnceWhateverTheGrace() throws IOException {
        start("--close-grace", "1m");
        target.serveUdpEcho("0.0.0.0", 80);
        ForwardId id = new ForwardId(Protocol.UDP, InetAddresses.forString("0.0.0.0"), 18080);
        PortForward forward = new PortForward(id, InetAddresses.forString(RelayFixture.GUEST), 80);
        assertThat(relay.client().change("web", List.of(), List.of(forward))).isEmpty();
        assertThat(TestClient.here().echo("udp", HERE, 18080, 100)).isEqualTo("same");

        relay.client().change("web", List.of(forward), List.of());

        new DatagramSocket(18080).close();
    }

    @Test
    void endsConnectionsOfARemovedForwardAtOnceWithoutGrace() throws IOException {
        start("--close-grace", "0s");
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("x");
            relay.close("web", 18080);
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
    }

    @Test
    void endsConnectionsOfARemovedForwardWhenTheGraceIsOver() throws IOException {
        start("--close-grace", "3s");
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("before");
            relay.close("web", 18080);
            client.echo("after");
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
    }

    @Test
    void letsConnectionsOfARemovedForwardGoOnDuringTheGraceAndEndsWhenTheyHaveEnded() throws IOException {
        start("--close-grace", "1m");
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("before");
            relay.close("web", 18080);
            for (int i = 0; i < CHANGES; i++) {
                client.echo("after " + i);
            }
            client.endSending();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.CLOSED);
        }
    }

    @Test
    void endsByItselfWithItsLastNetworkAndLeavesNoFile() throws IOException {
        start();
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("x");
            relay.client().detach("web");
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
        assertThat(relay.ends()).isTrue();
        assertThat(directory).isEmptyDirectory();
    }
}
