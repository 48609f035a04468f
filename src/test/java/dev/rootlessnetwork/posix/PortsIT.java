package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.posix.BindProbe.Transport;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BindProbe and SocketOwners against sockets of another program. */
class PortsIT {
    private static final int PORT = 18080;
    private static final String HOLD = """
            import socket,sys,time
            family = socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET
            kind = socket.SOCK_STREAM if sys.argv[1] == 'TCP' else socket.SOCK_DGRAM
            s = socket.socket(family, kind)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((sys.argv[2], int(sys.argv[3])))
            if sys.argv[1] == 'TCP': s.listen()
            print('ready', flush=True)
            time.sleep(1000)
            """;

    private final SpawnedProcesses processes = new SpawnedProcesses();

    @AfterEach
    void endProcesses() throws PosixException {
        processes.close();
    }

    private int hold(Transport transport, String address) throws PosixException {
        try (Pipe pipe = Pipe.open()) {
            int pid = processes.start(SpawnedProcesses.command(
                    Map.of(1, pipe.writeEnd()),
                    "python3",
                    "-c",
                    HOLD,
                    transport.name(),
                    address,
                    Integer.toString(PORT)));
            pipe.writeEnd().close();
            byte[] answer = new byte[16];
            int length = Math.max(0, pipe.readEnd().read(answer));
            assertThat(new String(answer, 0, length, StandardCharsets.US_ASCII)).isEqualTo("ready\n");
            return pid;
        }
    }

    private static Optional<String> probe(Transport transport, String address) {
        return BindProbe.probe(transport, InetAddresses.forString(address), PORT)
                .map(PosixException::getMessage);
    }

    private static Optional<SocketOwners.Owner> owner(Transport transport, String address) throws IOException {
        return SocketOwners.find(transport, InetAddresses.forString(address), PORT);
    }

    @ParameterizedTest
    @CsvSource({
        "TCP, 0.0.0.0, 127.0.0.1",
        "TCP, 127.0.0.1, 127.0.0.1",
        "TCP, 127.0.0.1, 0.0.0.0",
        "TCP, ::, 127.0.0.1",
        "TCP, ::, ::1",
        "TCP, ::1, ::",
        "TCP, 0.0.0.0, ::",
        "UDP, 0.0.0.0, 127.0.0.1",
        "UDP, 127.0.0.1, 0.0.0.0",
        "UDP, ::, 0.0.0.0",
        "UDP, ::1, ::1",
    })
    void findsAPortTakenAndByWhom(Transport transport, String held, String wanted) throws Exception {
        int pid = hold(transport, held);

        assertThat(probe(transport, wanted))
                .contains("bind " + transport + " port " + PORT + " of "
                        + InetAddresses.forString(wanted).getHostAddress() + ": Address already in use (EADDRINUSE)");
        assertThat(owner(transport, wanted)).hasValueSatisfying(owner -> {
            assertThat(owner.pid()).isEqualTo(pid);
            assertThat(owner.command())
                    .startsWith("python3 -c import socket,sys,time ")
                    .hasSize(81)
                    .endsWith("…");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "TCP, 127.0.0.1, TCP, 127.0.0.2",
        "TCP, 0.0.0.0, UDP, 0.0.0.0",
        "TCP, 0.0.0.0, TCP, ::1",
        "UDP, 127.0.0.1, UDP, ::1",
        "TCP, ::1, TCP, 127.0.0.1",
    })
    void findsAPortFreeBesideAnother(Transport transport, String held, Transport wantedTransport, String wanted)
            throws Exception {
        hold(transport, held);

        assertThat(probe(wantedTransport, wanted)).isEmpty();
        assertThat(owner(wantedTransport, wanted)).isEmpty();
    }

    @Test
    void leavesThePortAsItWas() {
        for (int i = 0; i < 100; i++) {
            assertThat(probe(Transport.TCP, "0.0.0.0")).isEmpty();
            assertThat(probe(Transport.UDP, "::")).isEmpty();
        }
    }

    @Test
    void namesAnAddressThatIsNotHere() {
        assertThat(probe(Transport.TCP, "192.0.2.1"))
                .contains("bind TCP port 18080 of 192.0.2.1: Cannot assign requested address (EADDRNOTAVAIL)");
    }

    @Test
    void looksAtTheNamespaceOfTheCallingThread() throws Exception {
        hold(Transport.TCP, "0.0.0.0");
        try (TargetProcess target = TargetProcess.inNetworkNamespace();
                Fd netns = Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net"))) {
            assertThat(Namespaces.inNetns(netns, () -> probe(Transport.TCP, "0.0.0.0")))
                    .isEmpty();
            assertThat(Namespaces.inNetns(netns, () -> owner(Transport.TCP, "0.0.0.0")))
                    .isEmpty();
        }
    }
}
