package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class LiveTableTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final LiveTable table =
            new LiveTable(new PrintStream(screen, true, StandardCharsets.UTF_8), Clock.systemUTC());

    private String drawn() {
        String text = screen.toString(StandardCharsets.UTF_8).replace("\u001b", "^");
        screen.reset();
        return text;
    }

    private static ObjectNode object(String name, boolean ready) throws IOException {
        return (ObjectNode) ObjectFormat.readYaml("""
                metadata: {namespace: demo, name: %s}
                status: {conditions: [{type: Ready, status: "%s", reason: R, message: "one\\n two"}]}
                """.formatted(name, ready ? "True" : "False"));
    }

    @Test
    void drawsOverWhatItDrewBefore() throws IOException {
        table.changed(object("web", true));
        assertThat(drawn())
                .isEqualTo("^[J^[?7lNAMESPACE   NAME   READY   REASON   TARGET   PORTS    SLIRP4NETNS   MESSAGE\n"
                        + "demo        web    True    R        <none>   <none>   <none>        one  two\n^[?7h");
        table.changed(object("web", false));
        assertThat(drawn()).startsWith("^[2A\r^[J^[?7l").contains("demo        web    False ");
        table.removed(new NetworkKey("demo", "web"));
        assertThat(drawn()).isEqualTo("^[2A\r^[J");
    }

    @Test
    void letsWholeLinesScrollByAboveIt() throws IOException {
        table.changed(object("web", true));
        drawn();
        PrintStream above = table.above();
        above.print("a log ");
        assertThat(drawn()).isEmpty();
        above.print("line\n");
        assertThat(drawn()).startsWith("^[2A\r^[Ja log line\n^[?7lNAMESPACE");
    }

    @Test
    void showsOfManyObjectsThoseThatAreNotReady() throws IOException {
        for (int i = 10; i < 40; i++) {
            table.changed(object("web" + i, i != 39));
        }
        drawn();
        table.changed(object("web10", true));
        assertThat(drawn())
                .startsWith("^[22A")
                .contains("web39   False")
                .doesNotContain("web30")
                .contains("and 10 more\n");
    }
}
