package dev.rootlessnetwork.conformance;

import static dev.rootlessnetwork.conformance.ConformanceFixture.DEFAULTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What RootlessKit's suite for port drivers asserts, of port handler slirp4netns. */
class RootlessKitConformanceIT {
    private static final int LARGE = 5_000_000;
    private static final PortEntry STREAM = Plans.tcp("stream", "0.0.0.0", 18000, 8000, 1);
    private static final PortEntry DATAGRAM = Plans.udp("datagram", "0.0.0.0", 18000, 8000, 1);

    @TempDir
    Path temporary;

    private ConformanceFixture network;

    @BeforeEach
    void start() throws IOException {
        network = new ConformanceFixture(temporary.resolve("state"));
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
    }

    /** The client closes its half of the stream before it reads the rest, so a half-close must not end the other half. */
    @Test
    @Row("R1")
    void servesTwoForwardsAtOnceAndHonoursAHalfClose() throws IOException {
        try (OtherHost other = new OtherHost()) {
            network.target.serveTcpEcho("0.0.0.0", 8000);
            network.target.serveTcpEcho("0.0.0.0", 8001);
            network.run(DEFAULTS, STREAM, Plans.tcp("second", "0.0.0.0", 18001, 8001, 1));
            var first = CompletableFuture.supplyAsync(
                    () -> TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18000, LARGE));
            var second = CompletableFuture.supplyAsync(
                    () -> TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18001, LARGE));
            assertThat(first.join()).isEqualTo("same");
            assertThat(second.join()).isEqualTo("same");
        }
    }

    @Test
    @Row("R1")
    void servesNoMoreWhatWasRemovedAndEndsWithoutLeftovers() {
        Observation both = network.run(DEFAULTS, STREAM, DATAGRAM);
        assertThat(listeners("t")).contains("0.0.0.0:18000");
        assertThat(listeners("u")).contains("0.0.0.0:18000");
        assertThat(network.run(DEFAULTS, DATAGRAM).slirp()).isEqualTo(both.slirp());
        assertThat(listeners("t")).isEmpty();
        assertThat(listeners("u")).contains("0.0.0.0:18000");
        network.operator.launcher.stop("uid-web");
        assertThat(listeners("u")).isEmpty();
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
    }

    private static String listeners(String kind) {
        return CommandResult.run("ss", "-Hln" + kind, "sport = :18000").orFail().stdout();
    }

    @Test
    @Row("R3")
    void letsTheServerSeeAClientOfAnotherHostByItsOwnAddressAndAnswerIt() {
        try (OtherHost other = new OtherHost()) {
            network.target.serveTcpPeer("0.0.0.0", 8000);
            network.target.serveUdpPeer("0.0.0.0", 8000);
            network.run(DEFAULTS, STREAM, DATAGRAM);
            for (String protocol : new String[] {"tcp", "udp"}) {
                assertThat(TestClient.on(other.host()).peer(protocol, OtherHost.HERE, 18000))
                        .isEqualTo(OtherHost.THERE);
            }
        }
    }

    @Test
    @Row("R4")
    void controlsThePortsOfANetworkThatAnEarlierOperatorStarted() throws IOException {
        network.target.serveTcpEcho("0.0.0.0", 8000);
        Observation before = network.run(DEFAULTS, STREAM);
        network.operator.restart();
        Observation after = network.run(DEFAULTS, STREAM, Plans.tcp("second", "0.0.0.0", 18001, 8000, 1));
        assertThat(after.slirp()).isEqualTo(before.slirp());
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18001, 1)).isEqualTo("same");
        network.run(DEFAULTS, Plans.tcp("second", "0.0.0.0", 18001, 8000, 1));
        assertThat(listeners("t")).isEmpty();
    }
}
