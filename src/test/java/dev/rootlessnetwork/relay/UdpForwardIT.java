package dev.rootlessnetwork.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.UdpSocket;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UdpForwardIT {
    private static final int HOST_PORT = 5353;
    private static final int PORT = 53;
    private static final Duration IDLE = Duration.ofSeconds(2);
    /** Room for 32 flows of a forward, and for 35 of a guest. */
    private static final int DESCRIPTORS = 40;

    private Workers workers;
    private RelayedGuest guest;

    @BeforeEach
    void start() throws PosixException {
        workers = Workers.start(new Capacity(DESCRIPTORS), IDLE);
        guest = new RelayedGuest(workers);
    }

    @AfterEach
    void stop() {
        guest.close();
        workers.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", RelayedGuest.ADDRESS, "127.0.0.1", "::", RelayedGuest.ADDRESS6, "::1"})
    void findsTheServerWhereverItListensForClientsOfBothFamilies(String address) throws PosixException {
        guest.udp("::", HOST_PORT, PORT);
        guest.target().serveUdpEcho(address, PORT);

        assertThat(TestClient.here().echo("udp", "127.0.0.1", HOST_PORT, 1000)).isEqualTo("same");
        assertThat(TestClient.here().echo("udp", "::1", HOST_PORT, 1000)).isEqualTo("same");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1472, 9000, 65507})
    void passesDatagramsOfEachLength(int length) throws PosixException {
        guest.udp("127.0.0.1", HOST_PORT, PORT);
        guest.target().serveUdpEcho("0.0.0.0", PORT);

        assertThat(TestClient.here().echo("udp", "127.0.0.1", HOST_PORT, length))
                .isEqualTo("same");
    }

    @Test
    void passesAnEmptyDatagram() throws Exception {
        guest.udp("127.0.0.1", HOST_PORT, PORT);
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket client = RelayedGuest.hostSocket("127.0.0.1", 0)) {
            client.send(new DatagramPacket(new byte[0], 0, InetAddresses.forString("127.0.0.1"), HOST_PORT));
            DatagramPacket request = receive(server);
            assertThat(request.getLength()).isZero();
            server.send(request);
            assertThat(receive(client).getLength()).isZero();
        }
    }

    /** Such as the kernel is given as one; the longer ones are fragmented on the way to the other host. */
    @ParameterizedTest
    @CsvSource({"198.51.100.1, 1000", "198.51.100.1, 3000", "2001:db8:1::2, 1000", "2001:db8:1::2, 3000"})
    void passesBurstsInOrder(String address, int length) throws Exception {
        try (OtherHost other = new OtherHost();
                DatagramSocket client =
                        RelayedGuest.socket(other.host(), address.contains(":") ? "::" : "0.0.0.0", 0)) {
            UdpForward forward = guest.udp("::", HOST_PORT, PORT);
            guest.target().serveUdpEcho("::", PORT);
            client.setReceiveBufferSize(1 << 20);
            client.connect(new InetSocketAddress(InetAddresses.forString(address), HOST_PORT));
            int burst = 30;
            for (int i = 0; i < burst; i++) {
                byte[] content = new byte[length];
                Arrays.fill(content, (byte) i);
                client.send(new DatagramPacket(content, length));
            }
            for (int i = 0; i < burst; i++) {
                DatagramPacket answer = new DatagramPacket(new byte[2 * length], 2 * length);
                client.receive(answer);
                assertThat(answer.getLength()).isEqualTo(length);
                assertThat(answer.getData()[0]).isEqualTo((byte) i);
                assertThat(answer.getData()[length - 1]).isEqualTo((byte) i);
            }
            assertThat(forward.counters().received).hasValue((long) burst * length);
            await().untilAsserted(() -> assertThat(forward.counters().sent).hasValue((long) burst * length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void answersFromTheAddressThatTheClientWroteTo(String hostIp) throws PosixException {
        try (OtherHost other = new OtherHost()) {
            guest.udp(hostIp, HOST_PORT, PORT);
            guest.target().serveUdpEcho("0.0.0.0", PORT);
            TestClient client = TestClient.on(other.host());

            assertThat(client.echo("udp", OtherHost.HERE_TOO, HOST_PORT, 100)).isEqualTo("same");
            assertThat(client.echo("udp", OtherHost.HERE, HOST_PORT, 100)).isEqualTo("same");
        }
    }

    @Test
    void answersFromTheIpv6AddressThatTheClientWroteTo() throws PosixException {
        try (OtherHost other = new OtherHost()) {
            guest.udp("::", HOST_PORT, PORT);
            guest.target().serveUdpEcho("0.0.0.0", PORT);

            assertThat(TestClient.on(other.host()).echo("udp", OtherHost.HERE6_TOO, HOST_PORT, 100))
                    .isEqualTo("same");
        }
    }

    @Test
    void keepsApartWhatOneClientWritesToTwoAddresses() throws Exception {
        try (OtherHost other = new OtherHost();
                DatagramSocket client = RelayedGuest.socket(other.host(), OtherHost.THERE, 40_000)) {
            UdpForward forward = guest.udp("0.0.0.0", HOST_PORT, PORT);
            guest.target().serveUdpEcho("0.0.0.0", PORT);
            for (String address : List.of(OtherHost.HERE, OtherHost.HERE_TOO, OtherHost.HERE)) {
                var to = new InetSocketAddress(InetAddresses.forString(address), HOST_PORT);
                client.send(new DatagramPacket(new byte[1], 1, to));
                assertThat(receive(client).getSocketAddress()).isEqualTo(to);
            }
            assertThat(forward.counters().total).hasValue(2);
        }
    }

    @Test
    void endsTheFlowOfAClientThatHasGone() throws Exception {
        try (OtherHost other = new OtherHost();
                DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket staying = client(other, OtherHost.HERE)) {
            UdpForward forward = guest.udp("::", HOST_PORT, PORT);
            send(staying, "a");
            SocketAddress stayingSeen = receive(server).getSocketAddress();
            SocketAddress gone;
            try (DatagramSocket client = client(other, OtherHost.HERE)) {
                send(client, "b");
                gone = receive(server).getSocketAddress();
            }
            assertThat(forward.counters().open).hasValue(2);

            server.send(new DatagramPacket(new byte[1], 1, gone));

            await().untilAsserted(() -> assertThat(forward.counters().open).hasValue(1));
            server.send(new DatagramPacket(new byte[1], 1, stayingSeen));
            receive(staying);
        }
    }

    @Test
    void endsTheFlowsOfAServerThatHasGone() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        try (DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            try (DatagramSocket server = guest.socket("0.0.0.0", PORT)) {
                send(client, "a");
                server.send(receive(server));
                receive(client);
            }
            send(client, "b");
            await().untilAsserted(() -> assertThat(forward.counters().open).hasValue(0));
            await().untilAsserted(() -> assertThat(forward.counters().refused).hasValue(1));

            try (DatagramSocket next = guest.socket("0.0.0.0", PORT)) {
                send(client, "c");
                assertThat(text(receive(next))).isEqualTo("c");
            }
        }
    }

    @Test
    void refusesDatagramsThatNobodyListensFor() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        try (DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            for (int i = 0; i < 100; i++) {
                send(client, "lost");
            }
        }
        await().untilAsserted(() -> assertThat(forward.counters().refused).hasValue(100));
        assertThat(forward.counters().open).hasValue(0);
        assertThat(forward.counters().received).hasValue(0);
    }

    @Test
    void countsTheIdleTimeFromTheLastDatagramOfEitherSide() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            send(client, "first");
            SocketAddress seen = receive(server).getSocketAddress();

            long end = System.nanoTime() + 2 * IDLE.toNanos();
            await().pollInterval(IDLE.dividedBy(4)).untilAsserted(() -> {
                send(client, "one way");
                assertThat(receive(server).getSocketAddress()).isEqualTo(seen);
                assertThat(System.nanoTime()).isGreaterThan(end);
            });
            long end2 = System.nanoTime() + 2 * IDLE.toNanos();
            await().pollInterval(IDLE.dividedBy(4)).untilAsserted(() -> {
                server.send(new DatagramPacket(new byte[1], 1, seen));
                receive(client);
                assertThat(System.nanoTime()).isGreaterThan(end2);
            });
            assertThat(forward.counters().open).hasValue(1);
            assertThat(forward.counters().total).hasValue(1);

            await().untilAsserted(() -> assertThat(forward.counters().open).hasValue(0));
            send(client, "anew");
            receive(server);
            assertThat(forward.counters().total).hasValue(2);
        }
    }

    @Test
    void letsAFloodDropOnlyFlowsThatWereNeverAnswered() throws Exception {
        UdpForward flooded = guest.udp("127.0.0.1", HOST_PORT, PORT);
        UdpForward other = guest.udp("127.0.0.1", HOST_PORT + 1, PORT + 1);
        guest.target().serveUdpEcho("0.0.0.0", PORT + 1);
        List<DatagramSocket> clients = new ArrayList<>();
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket answered = client("127.0.0.1", "127.0.0.1")) {
            send(answered, "ask");
            DatagramPacket request = receive(server);
            server.send(request);
            receive(answered);

            for (int i = 0; i < 5 * DESCRIPTORS; i++) {
                clients.add(client("127.0.0.1", "127.0.0.1"));
                send(clients.get(i), "flood");
                receive(server);
            }

            assertThat(flooded.counters().open).hasValueBetween(2L, (long) DESCRIPTORS - 1);
            assertThat(flooded.counters().refused).hasValue(0);
            server.send(request);
            receive(answered);
            assertThat(TestClient.here().echo("udp", "127.0.0.1", HOST_PORT + 1, 100))
                    .as("another port of the guest")
                    .isEqualTo("same");
            assertThat(other.counters().open).hasValue(1);
        } finally {
            clients.forEach(DatagramSocket::close);
        }
    }

    @Test
    void refusesNewClientsWhileAllFlowsAreAnswered() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        List<DatagramSocket> clients = new ArrayList<>();
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT)) {
            for (int i = 0; i < DESCRIPTORS; i++) {
                DatagramSocket client = client("127.0.0.1", "127.0.0.1");
                clients.add(client);
                send(client, "ask");
                server.setSoTimeout(500);
                try {
                    server.send(receive(server));
                    receive(client);
                } catch (SocketTimeoutException e) {
                    break;
                }
            }
            assertThat(forward.counters().refused).hasValueGreaterThan(0);
            assertThat(forward.counters().open).hasValueBetween(2L, (long) DESCRIPTORS - 1);
        } finally {
            clients.forEach(DatagramSocket::close);
        }
    }

    @Test
    void leadsNewFlowsElsewhereWhileTheOthersStay() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        try (DatagramSocket before = guest.socket("0.0.0.0", PORT);
                DatagramSocket after = guest.socket("0.0.0.0", PORT + 1);
                DatagramSocket client = client("127.0.0.1", "127.0.0.1");
                DatagramSocket later = client("127.0.0.1", "127.0.0.1")) {
            send(client, "1");
            receive(before);

            forward.lead(guest.at(RelayedGuest.ADDRESS, PORT + 1));

            send(client, "2");
            assertThat(text(receive(before))).isEqualTo("2");
            send(later, "3");
            assertThat(text(receive(after))).isEqualTo("3");
        }
    }

    @Test
    void givesThePortBackAtOnce() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        guest.target().serveUdpEcho("0.0.0.0", PORT);
        TestClient.here().echo("udp", "127.0.0.1", HOST_PORT, 100);

        guest.close(forward);

        guest.udp("127.0.0.1", HOST_PORT, PORT);
        assertThatThrownBy(() -> guest.udp("127.0.0.1", HOST_PORT, PORT))
                .isInstanceOf(PosixException.class)
                .hasMessageContaining("EADDRINUSE");
    }

    @Test
    void endsWithItsFlowsAndGivesItsPortBack() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        guest.target().serveUdpEcho("0.0.0.0", PORT);
        try (DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            send(client, "1");
            receive(client);

            forward.close();
            guest.detach(forward);

            assertThat(forward.counters().open).hasValue(0);
            UdpSocket.bound(InetAddresses.forString("127.0.0.1"), HOST_PORT).close();
        }
    }

    @Test
    void handsFlowsOverToAnotherRelay() throws Exception {
        UdpForward forward = guest.udp("::", HOST_PORT, PORT);
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            send(client, "1");
            SocketAddress seen = receive(server).getSocketAddress();

            guest.detach(forward);
            List<FlowState> states = forward.export();
            server.send(new DatagramPacket("waits".getBytes(UTF_8), 5, seen));
            UdpForward successor = UdpForward.adopt(
                    forward.id(), guest.guest(), forward.destination(), workers, Fd.copyOf(forward.descriptor()));
            for (FlowState state : states) {
                successor.adopt(state, UdpSocket.received(Fd.copyOf(state.descriptor())));
            }
            guest.attach(successor);
            forward.leave();
            await().untilAsserted(() -> assertThat(forward.counters().open).hasValue(0));

            assertThat(text(receive(client))).isEqualTo("waits");
            send(client, "2");
            assertThat(receive(server).getSocketAddress()).isEqualTo(seen);
            assertThat(successor.counters().open).hasValue(1);
        }
    }

    @Test
    void goesOnWithItsFlowsWhenNobodyTookThemOver() throws Exception {
        UdpForward forward = guest.udp("127.0.0.1", HOST_PORT, PORT);
        guest.target().serveUdpEcho("0.0.0.0", PORT);
        try (DatagramSocket client = client("127.0.0.1", "127.0.0.1")) {
            send(client, "1");
            receive(client);
            guest.detach(forward);
            forward.export();
            send(client, "2");

            guest.attach(forward);

            assertThat(text(receive(client))).isEqualTo("2");
            assertThat(forward.counters().total).hasValue(1);
        }
    }

    private static DatagramSocket client(String from, String to) throws IOException {
        return connected(RelayedGuest.hostSocket(from, 0), to);
    }

    private static DatagramSocket client(OtherHost other, String to) throws Exception {
        return connected(RelayedGuest.socket(other.host(), OtherHost.THERE, 0), to);
    }

    private static DatagramSocket connected(DatagramSocket socket, String to) throws IOException {
        socket.connect(new InetSocketAddress(InetAddresses.forString(to), HOST_PORT));
        return socket;
    }

    private static void send(DatagramSocket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return packet;
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }
}
