package dev.rootlessnetwork.standalone;

import static dev.rootlessnetwork.launch.TrafficSamples.tcp;
import static dev.rootlessnetwork.launch.TrafficSamples.udp;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Traffic;
import dev.rootlessnetwork.launch.TrafficSamples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficTableTest {
    private static final String WEB = """
            metadata: {namespace: demo, name: web, uid: uid-web}
            status:
              ports:
              - {name: http, protocol: TCP, hostIP: 0.0.0.0, hostPort: 8080, range: 1}
              - {name: idle, protocol: TCP, hostIP: 0.0.0.0, hostPort: 8081, range: 1}
              - {name: passive, protocol: TCP, hostIP: "::", hostPort: 20000, range: 5000}
              - {name: dns, protocol: UDP, hostIP: 127.0.0.1, hostPort: 53, range: 1}
              - {name: unchosen, protocol: TCP, hostIP: 0.0.0.0, range: 1}
            """;

    private static JsonNode object(String yaml) throws JsonProcessingException {
        return ObjectFormat.readYaml(yaml);
    }

    @Test
    void hasARowForEachEntryThatWasUsed() throws JsonProcessingException {
        NodeTraffic traffic = new TrafficSamples()
                .with("uid-web", tcp("0.0.0.0", 8080), new Traffic(3, 1204, 1_258_291, 850_000, 2))
                .with("uid-web", tcp("::", 20000), new Traffic(1, 7, 100, 2048, 0))
                .with("uid-web", tcp("::", 24999), new Traffic(0, 5, 23, 0, 0))
                .with("uid-web", udp("127.0.0.1", 53), new Traffic(0, 0, 0, 0, 9))
                .with("uid-web", tcp("0.0.0.0", 9999), new Traffic(1, 1, 1, 1, 1))
                .with("uid-other", tcp("0.0.0.0", 8081), new Traffic(1, 1, 1, 1, 1))
                .answer();
        assertThat(String.join("\n", TrafficTable.lines(List.of(object(WEB)), traffic)))
                .isEqualTo("""
                NAMESPACE   NAME   PORT      PROTOCOL   HOST               CONNECTIONS   TOTAL   RECEIVED   SENT     REFUSED
                demo        web    http      TCP        0.0.0.0:8080       3             1204    1.2MiB     830KiB   2
                demo        web    passive   TCP        [::]:20000-24999   1             12      123B       2.0KiB   0
                demo        web    dns       UDP        127.0.0.1:53       0             0       0B         0B       9""");
    }

    @Test
    void isNoTableWhereNothingWasUsed() throws JsonProcessingException {
        assertThat(TrafficTable.lines(List.of(object(WEB)), NodeTraffic.NONE)).isEmpty();
        assertThat(TrafficTable.lines(List.of(object(WEB)), new TrafficSamples().answer()))
                .isEmpty();
        assertThat(TrafficTable.lines(List.of(), NodeTraffic.NONE)).isEmpty();
    }

    @Test
    void passesOverStatusesThatAreGarbled() throws JsonProcessingException {
        NodeTraffic traffic = new TrafficSamples()
                .with("uid-web", tcp("0.0.0.0", 80), new Traffic(1, 1, 1, 1, 1))
                .answer();
        for (String ports :
                List.of("12", "[12]", "[{hostPort: x}]", "[{protocol: SCTP, hostIP: 0.0.0.0, hostPort: 80}]", "[{}]")) {
            JsonNode object = object("{metadata: {uid: uid-web}, status: {ports: " + ports + "}}");
            assertThat(TrafficTable.lines(List.of(object), traffic)).as(ports).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0B",
        "1023, 1023B",
        "1024, 1.0KiB",
        "10188, 9.9KiB",
        "10189, 10KiB",
        "1048063, 1023KiB",
        "1048064, 1.0MiB",
        "1572864, 1.5MiB",
        "9223372036854775807, 8.0EiB"
    })
    void writesBytesInFewDigits(long count, String text) {
        assertThat(TrafficTable.bytes(count)).isEqualTo(text);
    }
}
