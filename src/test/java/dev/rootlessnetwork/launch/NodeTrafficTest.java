package dev.rootlessnetwork.launch;

import static dev.rootlessnetwork.launch.TrafficSamples.tcp;
import static dev.rootlessnetwork.launch.TrafficSamples.udp;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTrafficTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private final NodeTraffic traffic = new TrafficSamples()
            .with("uid-web", tcp("0.0.0.0", 8000), new Traffic(1, 10, 100, 1000, 0))
            .with("uid-web", tcp("0.0.0.0", 8999), new Traffic(2, 20, 200, 2000, 3))
            .with("uid-web", tcp("0.0.0.0", 9000), new Traffic(4, 40, 400, 4000, 4))
            .with("uid-web", udp("0.0.0.0", 8000), new Traffic(5, 50, 500, 5000, 5))
            .with("uid-web", tcp("127.0.0.1", 8000), new Traffic(6, 60, 600, 6000, 6))
            .with("uid-other", tcp("0.0.0.0", 8001), new Traffic(7, 70, 700, 7000, 7))
            .with("uid-web", tcp("0.0.0.0", 65535), new Traffic(0, 1, 1, 1, 0))
            .answer();

    @TempDir
    Path directory;

    @Test
    void addsUpTheRangeOfAnEntryAndNothingElse() {
        assertThat(traffic.of("uid-web", tcp("0.0.0.0", 8000), 1000)).isEqualTo(new Traffic(3, 30, 300, 3000, 3));
        assertThat(traffic.of("uid-web", udp("0.0.0.0", 8000), 1)).isEqualTo(new Traffic(5, 50, 500, 5000, 5));
        assertThat(traffic.of("uid-web", tcp("127.0.0.1", 8000), 1)).isEqualTo(new Traffic(6, 60, 600, 6000, 6));
        assertThat(traffic.of("uid-web", tcp("0.0.0.0", 65535), Integer.MAX_VALUE / 2))
                .isEqualTo(new Traffic(0, 1, 1, 1, 0));
    }

    @Test
    void tellsOfNothingWhereNothingWasUsed() {
        assertThat(traffic.of("uid-web", tcp("0.0.0.0", 80), 1)).isEqualTo(Traffic.NONE);
        assertThat(traffic.of("uid-idle", tcp("0.0.0.0", 8000), 1000)).isEqualTo(Traffic.NONE);
        assertThat(NodeTraffic.NONE.of("uid-web", tcp("0.0.0.0", 8000), 1)).isEqualTo(Traffic.NONE);
    }

    @Test
    void findsNoRelayWhereNoneEverWas() {
        NodeTraffic none = NodeTraffic.read(directory.resolve("relay"), SHORT);
        assertThat(none.relays()).isEmpty();
        assertThat(none.problems()).isEmpty();
    }

    @Test
    void saysOfARelayThatIsGoneThatItCannotBeReached() throws IOException {
        Files.createSymbolicLink(directory.resolve("current"), Path.of("42"));
        NodeTraffic lost = NodeTraffic.read(directory, SHORT);
        assertThat(lost.relays()).isEmpty();
        assertThat(lost.problems())
                .singleElement()
                .asString()
                .startsWith("cannot reach the relay on " + directory.resolve("42/control.sock") + ": ");
    }
}
