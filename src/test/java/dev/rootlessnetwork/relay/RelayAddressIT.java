package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import dev.rootlessnetwork.testing.TestListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the relay listens, and where it finds servers. */
class RelayAddressIT {
    private static final int MANY = 10_000;
    /** Of the relay itself, besides one for each port. */
    private static final int OTHER_DESCRIPTORS = 256;

    @TempDir
    Path directory;

    private RelayFixture relay;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        relay = new RelayFixture(directory);
        target = relay.attach("web");
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
    }

    private static void exchange(TestListener server, String address, int port) {
        try (TcpEnd client = TcpEnd.connect(address, port);
                TcpEnd served = server.accept()) {
            client.send("question");
            assertThat(served.receive(8)).isEqualTo("question");
            served.send("answer");
            assertThat(client.receive(6)).isEqualTo("answer");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", RelayFixture.GUEST, "::", "::1", RelayFixture.GUEST6})
    void findsAServerWhereverItListensForClientsOfBothFamilies(String listensOn) throws IOException {
        relay.open("web", 18080, 80, 1);
        try (TestListener server = TestListener.in(target, listensOn, 80)) {
            exchange(server, "127.0.0.1", 18080);
            exchange(server, "::1", 18080);
        }
    }

    @Test
    void servesOnePortOfSeveralAddressesSeparately() throws IOException {
        relay.open("web", "0.0.0.0", 18080, 80, 1);
        relay.open("web", "::1", 18080, 81, 1);
        try (TestListener first = TestListener.in(target, "127.0.0.1", 80);
                TestListener second = TestListener.in(target, "127.0.0.1", 81)) {
            exchange(first, "127.0.0.1", 18080);
            exchange(first, "127.0.0.2", 18080);
            exchange(second, "::1", 18080);
        }
    }

    @Test
    void opensTenThousandPortsWithADescriptorForEach() throws IOException {
        relay.open("web", 10_000, 10_000, MANY);
        for (int port : List.of(10_000, 12_345, 15_000, 17_777, 19_999)) {
            try (TestListener server = TestListener.in(target, "0.0.0.0", port)) {
                exchange(server, "127.0.0.1", port);
                exchange(server, "::1", port);
            }
        }
        assertThat(relay.client().forwards("web")).hasSize(MANY);
        assertThat(LiveProcesses.descriptors(relay.pid())).isBetween((long) MANY, (long) MANY + OTHER_DESCRIPTORS);
        assertThat(relay.residentMiB()).isLessThan(200);
        relay.client().detach("web");
        assertThat(TestClient.here().refuses("127.0.0.1", 15_000)).isTrue();
    }
}
