package dev.rootlessnetwork.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SourceRoutingIT {
    private static final int HOST_PORT = 8053;
    private static final int PORT = 53;
    private static final String ACCEPT = "net.ipv4.tcp_fwmark_accept";

    private Workers workers;
    private ForwardTable table;
    private RelayedGuest guest;
    private OtherHost other;
    private String before;

    @BeforeEach
    void start() throws IOException {
        workers = Workers.start(new Capacity(100), Duration.ofSeconds(1));
        guest = new RelayedGuest(workers);
        other = new OtherHost();
        before = routing();
        table = new ForwardTable(workers, Duration.ZERO, Duration.ZERO);
        table.attach(guest.guest());
    }

    @AfterEach
    void stop() {
        table.detach(guest.guest().network());
        other.close();
        guest.close();
        workers.close();
    }

    @ParameterizedTest
    @CsvSource({
        "TCP, 0.0.0.0", "TCP, 10.0.2.100", "TCP, 127.0.0.1", "TCP, ::",
        "UDP, 0.0.0.0", "UDP, 10.0.2.100", "UDP, 127.0.0.1", "UDP, ::"
    })
    void letsServersSeeIpv4Clients(Protocol protocol, String server) throws IOException {
        open(protocol, "::");
        serve(protocol, server);

        assertThat(seen(protocol, OtherHost.HERE_TOO)).isEqualTo(OtherHost.THERE);
        assertThat(keepsSource()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"TCP, ::", "TCP, fd00::100", "TCP, ::1", "UDP, ::", "UDP, fd00::100", "UDP, ::1"})
    void letsServersSeeIpv6Clients(Protocol protocol, String server) throws IOException {
        open(protocol, "::");
        serve(protocol, server);

        assertThat(seen(protocol, OtherHost.HERE6_TOO)).isEqualTo(OtherHost.THERE6);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void servesClientsWhoseAddressCannotBeSeen(Protocol protocol) throws IOException {
        open(protocol, "::");
        serve(protocol, "0.0.0.0");

        assertThat(seen(protocol, OtherHost.HERE6_TOO))
                .as("IPv6 client, IPv4 server")
                .isEqualTo(RelayedGuest.ADDRESS);
        assertThat(TestClient.here().peer(kind(protocol), "127.0.0.1", HOST_PORT))
                .as("client of this host")
                .isEqualTo(RelayedGuest.ADDRESS);
    }

    @Test
    void tellsThatClientsOfLoopbackPortsAreNotSeen() throws IOException {
        open(Protocol.TCP, "127.0.0.1");

        assertThat(keepsSource()).isFalse();
        assertThat(routing()).as("nothing is needed for it").isEqualTo(before);
    }

    @Test
    void keepsTheSourceOfConnectionsOnlyWhereATargetHasOtherInterfaces() throws IOException {
        guest.target()
                .run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
                .orFail();
        guest.target().run("ip", "link", "set", "eth0", "up").orFail();
        open(Protocol.TCP, "0.0.0.0");
        serve(Protocol.TCP, "0.0.0.0");
        assertThat(seen(Protocol.TCP, OtherHost.HERE)).isEqualTo(OtherHost.THERE);
        assertThat(keepsSource()).isTrue();
        open(Protocol.UDP, "0.0.0.0");
        serve(Protocol.UDP, "0.0.0.0");
        assertThat(seen(Protocol.UDP, OtherHost.HERE)).isEqualTo(RelayedGuest.ADDRESS);
        assertThat(keepsSource()).isFalse();
    }

    @Test
    void leavesWhatTheTargetSendsToOthersAlone() throws Exception {
        open(Protocol.UDP, "0.0.0.0");
        try (DatagramSocket server = guest.socket("0.0.0.0", PORT);
                DatagramSocket client = RelayedGuest.socket(other.host(), OtherHost.THERE, 0)) {
            send(client, OtherHost.HERE);
            server.send(receive(server));
            receive(client);

            assertThat(wayTo(OtherHost.THERE, "ipproto", "udp", "sport", "53")).startsWith("local " + OtherHost.THERE);
            assertThat(wayTo("198.51.100.77", "ipproto", "udp", "sport", "53")).contains("dev tap0");
            assertThat(wayTo(OtherHost.THERE, "ipproto", "udp", "sport", "54")).contains("dev tap0");
            assertThat(wayTo(OtherHost.THERE, "ipproto", "tcp", "sport", "53")).contains("dev tap0");
        }
        await().untilAsserted(() -> assertThat(wayTo(OtherHost.THERE, "ipproto", "udp", "sport", "53"))
                .as("after the flow has ended")
                .contains("dev tap0"));
    }

    @Test
    void refusesAtOnceWhatNobodyListensFor() throws Exception {
        open(Protocol.UDP, "0.0.0.0");
        open(Protocol.TCP, "0.0.0.0");
        try (DatagramSocket client = RelayedGuest.socket(other.host(), OtherHost.THERE, 0)) {
            send(client, OtherHost.HERE);
            await().untilAsserted(() ->
                    assertThat(forwards().get(0).counters().refused).hasValue(1));
        }
        assertThat(other.host()
                        .run("bash", "-c", "exec 3<>/dev/tcp/" + OtherHost.HERE + "/" + HOST_PORT + "; cat <&3")
                        .stderr())
                .contains("reset by peer");
    }

    @Test
    void keepsApartWhatOneClientWritesToTwoAddresses() throws Exception {
        open(Protocol.UDP, "0.0.0.0");
        serve(Protocol.UDP, "0.0.0.0");
        try (DatagramSocket client = RelayedGuest.socket(other.host(), OtherHost.THERE, 40_000)) {
            for (String address : List.of(OtherHost.HERE, OtherHost.HERE_TOO, OtherHost.HERE)) {
                send(client, address);
                DatagramPacket answer = receive(client);
                assertThat(answer.getAddress().getHostAddress()).isEqualTo(address);
                assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
                        .isEqualTo(OtherHost.THERE);
            }
        }
    }

    @Test
    void removesEverythingWithTheLastForward() throws IOException {
        open(Protocol.UDP, "0.0.0.0");
        open(Protocol.TCP, "::");
        serve(Protocol.UDP, "0.0.0.0");
        seen(Protocol.UDP, OtherHost.HERE);
        assertThat(routing()).isNotEqualTo(before);

        close(Protocol.UDP, "0.0.0.0");
        assertThat(keepsSource()).as("that of TCP is still served").isTrue();
        close(Protocol.TCP, "::");

        assertThat(routing()).isEqualTo(before);
    }

    @Test
    void restoresWhatWasSwitchedOnBefore() throws IOException {
        guest.target().run("sysctl", "-q", "-w", ACCEPT + "=1").orFail();
        String now = routing();
        open(Protocol.TCP, "::");
        close(Protocol.TCP, "::");

        assertThat(routing()).isEqualTo(now).contains(ACCEPT + " = 1");
    }

    @Test
    void removesWhatAKilledRelayHasLeft() throws IOException {
        open(Protocol.UDP, "0.0.0.0");
        serve(Protocol.UDP, "0.0.0.0");
        seen(Protocol.UDP, OtherHost.HERE);
        guest.guest().routing().abandon();
        table.detach(guest.guest().network());
        assertThat(routing()).isNotEqualTo(before);

        table.attach(again());

        assertThat(routing()).isEqualTo(before);
    }

    @Test
    void goesOnForASuccessor() throws IOException {
        open(Protocol.TCP, "::");
        Guest same = again();

        same.routing().need(true);
        guest.guest().routing().abandon();

        serve(Protocol.TCP, "127.0.0.1");
        assertThat(seen(Protocol.TCP, OtherHost.HERE)).isEqualTo(OtherHost.THERE);
        same.close();
        assertThat(routing()).isEqualTo(before);
    }

    private Guest again() throws IOException {
        return new Guest(
                guest.guest().network(),
                "demo/web",
                "tap0",
                Fd.openRead(Path.of("/proc/" + guest.target().pid() + "/ns/net")),
                null,
                guest.guest().addresses());
    }

    private void open(Protocol protocol, String hostIp) throws IOException {
        PortForward forward =
                new PortForward(id(protocol, hostIp), InetAddresses.forString(RelayedGuest.ADDRESS), PORT);
        assertThat(table.change(guest.guest().network(), List.of(), List.of(forward)))
                .isEmpty();
    }

    private void close(Protocol protocol, String hostIp) throws IOException {
        table.change(guest.guest().network(), List.of(id(protocol, hostIp)), List.of());
    }

    private static ForwardId id(Protocol protocol, String hostIp) {
        return new ForwardId(protocol, InetAddresses.forString(hostIp), HOST_PORT);
    }

    private List<Forward> forwards() {
        List<Forward> all = new ArrayList<>();
        table.forEach((attached, forwards) -> all.addAll(forwards));
        return all;
    }

    private boolean keepsSource() {
        return forwards().stream().allMatch(Forward::keepsSource);
    }

    private void serve(Protocol protocol, String address) {
        if (protocol == Protocol.TCP) {
            guest.target().serveTcpPeer(address, PORT);
        } else {
            guest.target().serveUdpPeer(address, PORT);
        }
    }

    private String seen(Protocol protocol, String address) {
        return TestClient.on(other.host())
                .peer(kind(protocol), address, HOST_PORT)
                .replace("::ffff:", "");
    }

    private static String kind(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    private static void send(DatagramSocket client, String address) throws IOException {
        var to = new InetSocketAddress(InetAddresses.forString(address), HOST_PORT);
        client.send(new DatagramPacket(new byte[1], 1, to));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return packet;
    }

    private String wayTo(String address, String... with) {
        List<String> command = new ArrayList<>(List.of("ip", "route", "get", address));
        command.addAll(List.of(with));
        return guest.target().run(command.toArray(String[]::new)).orFail().stdout();
    }

    /** All rules, routes and switches of the target. */
    private String routing() {
        String all = "ip rule; ip -6 rule; ip route show table all; ip -6 route show table all;" + " sysctl " + ACCEPT
                + " net.ipv4.fwmark_reflect net.ipv6.fwmark_reflect";
        return guest.target().run("sh", "-c", all).orFail().stdout();
    }
}
