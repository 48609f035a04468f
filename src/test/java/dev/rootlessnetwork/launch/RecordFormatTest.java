package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordFormatTest {
    static Stream<Target> targets() {
        return Stream.of(
                new Target.Pid(42),
                new Target.PidFile(Path.of("/run/web.pid")),
                new Target.NetnsPath(Path.of("/run/netns/a b")));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void readsBackWhatItWrote(Target target) throws IOException {
        NetworkOptions options = new NetworkOptions(
                Ipv4Cidr.parse("192.168.0.0/24"),
                9000,
                true,
                true,
                PortHandlerKind.SLIRP4NETNS,
                "192.0.2.1",
                "eth0",
                true,
                "52:54:00:12:34:56",
                "tap7");
        PortEntry port = new PortEntry(
                "dns",
                Protocol.UDP,
                InetAddresses.forString("127.0.0.1"),
                null,
                53,
                InetAddresses.forString("192.168.0.100"),
                3);
        NetworkPlan plan = Plans.run("web", target, options, port).plan();
        NetworkRecord record = new NetworkRecord(
                NetworkRecord.FORMAT,
                Source.STANDALONE,
                plan,
                new TargetBinding("", 42, 7, "boot", "net:[1]"),
                123456789L,
                new SlirpProcess(911, 77, "boot", "1.2.0", Instant.parse("2026-01-01T00:00:00Z"), true, true),
                "tap7",
                Map.of("dns", 20001),
                3);
        assertThat(RecordFormat.read(RecordFormat.write(record))).isEqualTo(record);
    }

    @Test
    void readsBackARecordOfWhatNeverRan() throws IOException {
        NetworkRecord record = NetworkRecord.of(
                Source.CLUSTER, Plans.run("web", new Target.Pid(42)).plan());
        assertThat(RecordFormat.read(RecordFormat.write(record))).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void refusesWhatIsNoRecord(String text) {
        assertThatThrownBy(() -> RecordFormat.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    static Stream<String> garbage() {
        return Stream.of("", "{", "null", "{}", "[]", "{\"format\": 2}", "\0\0\0");
    }
}
