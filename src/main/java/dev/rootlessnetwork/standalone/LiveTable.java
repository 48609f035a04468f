package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A table in a terminal, drawn anew with each change. What else goes to the terminal scrolls by above it. Needs no size of
 * the terminal: lines are cut at its edge, and of many objects those are shown that are not ready.
 */
public final class LiveTable implements StatusPrinter {
    private static final int MOST_ROWS = 20;
    private static final List<String> TITLES =
            List.of("NAMESPACE", "NAME", "READY", "REASON", "TARGET", "PORTS", "SLIRP4NETNS", "MESSAGE");

    /** Control sequences of ECMA-48, as every terminal knows them. */
    private static final String ESCAPE = "\u001b[";

    private static final String ERASE_TO_END = ESCAPE + "J";
    private static final String WRAP_OFF = ESCAPE + "?7l";
    private static final String WRAP_ON = ESCAPE + "?7h";

    private final PrintStream out;
    private final Clock clock;
    private final SortedMap<NetworkKey, ObjectSummary> objects = new TreeMap<>();
    private int drawnLines;

    public LiveTable(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void changed(ObjectNode object) {
        ObjectSummary summary = ObjectSummary.of(object, clock.instant());
        objects.put(summary.key(), summary);
        print(erase() + table());
    }

    @Override
    public synchronized void removed(NetworkKey key) {
        objects.remove(key);
        print(erase() + table());
    }

    /** A stream whose lines appear above the table. */
    public PrintStream above() {
        return new PrintStream(new Above(), true, StandardCharsets.UTF_8);
    }

    private synchronized void printAbove(String lines) {
        print(erase() + lines + table());
    }

    private void print(String text) {
        out.print(text);
        out.flush();
    }

    private String erase() {
        return (drawnLines == 0 ? "" : ESCAPE + drawnLines + "A\r") + ERASE_TO_END;
    }

    private String table() {
        if (objects.isEmpty()) {
            drawnLines = 0;
            return "";
        }
        TextTable table = new TextTable(TITLES);
        List<ObjectSummary> shown = objects.values().stream()
                .sorted(Comparator.comparing(ObjectSummary::isReady))
                .limit(MOST_ROWS)
                .sorted(Comparator.comparing(ObjectSummary::key))
                .toList();
        for (ObjectSummary row : shown) {
            table.add(List.of(
                    row.key().namespace(),
                    row.key().name(),
                    row.ready(),
                    row.reason(),
                    row.target(),
                    row.ports(),
                    row.slirpPid(),
                    row.message()));
        }
        List<String> lines = table.lines();
        StringBuilder text = new StringBuilder(WRAP_OFF);
        lines.forEach(line -> text.append(line).append('\n'));
        drawnLines = lines.size();
        if (shown.size() < objects.size()) {
            text.append("and ").append(objects.size() - shown.size()).append(" more\n");
            drawnLines++;
        }
        return text.append(WRAP_ON).toString();
    }

    /** Gathers lines and prints whole ones only. */
    private final class Above extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int octet) {
            line.write(octet);
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                line.reset();
                printAbove(text);
            }
        }
    }
}
