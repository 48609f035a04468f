package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectFormatTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:05:00Z");

    private static JsonNode object() throws IOException {
        return ObjectFormat.readYaml("""
                metadata: {namespace: demo, name: web, creationTimestamp: "2026-01-01T00:00:00Z"}
                status:
                  observedGeneration: 3
                  conditions:
                  - {type: SlirpReady, status: "True", reason: SlirpRunning, message: it runs}
                  - {type: Ready, status: "False", reason: PortConflict, message: "port 80 is taken"}
                  portsActive: 0/1
                  slirp4netns: {pid: 911, restarts: 2}
                  network: {address: 10.0.2.100/24}
                  target: {pid: 4242}
                """);
    }

    @Test
    void quotesWhatSomeReadersTakeForNumbersOrTruthValues() {
        ObjectNode object = JsonNodeFactory.instance
                .objectNode()
                .put("mac", "52:54:00:12:34:56")
                .put("word", "no")
                .put("port", "80")
                .put("plain", "NetworkReady")
                .put("number", 80);
        assertThat(ObjectFormat.yaml(object)).isEqualTo("""
                        mac: "52:54:00:12:34:56"
                        word: "no"
                        port: "80"
                        plain: NetworkReady
                        number: 80
                        """);
    }

    @Test
    void printsListsAndStreams() {
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("kind", "A");
        assertThat(ObjectFormat.jsonList(List.of())).isEqualTo("""
                        {
                          "apiVersion" : "v1",
                          "kind" : "List",
                          "items" : [ ]
                        }
                        """);
        assertThat(ObjectFormat.yamlStream(List.of(object, object))).isEqualTo("---\nkind: A\n---\nkind: A\n");
        assertThat(ObjectFormat.jsonLine(object)).isEqualTo("{\"kind\":\"A\"}");
    }

    @Test
    void showsAnObjectInARowAndInALine() throws IOException {
        ObjectSummary summary = ObjectSummary.of(object(), NOW);
        assertThat(ObjectSummary.table(List.of(summary), false))
                .containsExactly(
                        "NAMESPACE   NAME   READY   REASON         TARGET   PORTS   AGE",
                        "demo        web    False   PortConflict   4242     0/1     5m");
        assertThat(ObjectSummary.table(List.of(summary), true).get(1))
                .isEqualTo(
                        "demo        web    False   PortConflict   4242     0/1     5m    911           10.0.2.100/24   2"
                                + "          port 80 is taken");
        assertThat(summary.line())
                .isEqualTo("demo/web NotReady PortConflict generation=3 ports=0/1 target=4242 slirp4netns=911:"
                        + " port 80 is taken");
    }

    @ParameterizedTest
    @CsvSource({"PT-1S,0s", "PT59S,59s", "PT119S,119s", "PT120S,2m", "PT119M,119m", "PT2H,2h", "PT47H,47h", "P2D,2d"})
    void tellsAgesAsKubectlDoes(Duration age, String text) {
        assertThat(ObjectSummary.age(age)).isEqualTo(text);
    }

    @Test
    void correctsAStatusWhoseSlirp4netnsHasEnded() throws IOException {
        ObjectNode object = (ObjectNode) object();
        EndedSlirp.correct(object, 911, false, NOW);
        ObjectSummary summary = ObjectSummary.of(object, NOW);
        assertThat(summary.ready()).isEqualTo("False");
        assertThat(summary.reason()).isEqualTo("SlirpExited");
        assertThat(summary.message())
                .isEqualTo("slirp4netns (process 911) has ended while no operator runs; 'rootlessnet run' on this state"
                        + " directory starts it again");
        assertThat(summary.slirpPid()).isEmpty();
        assertThat(summary.restarts()).isEqualTo("2");
    }
}
