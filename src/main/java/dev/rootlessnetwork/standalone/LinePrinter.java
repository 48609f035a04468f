package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.PrintStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** A line of text for each change. */
public final class LinePrinter implements StatusPrinter {
    private final PrintStream out;
    private final Clock clock;

    public LinePrinter(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void changed(ObjectNode object) {
        print(ObjectSummary.of(object, clock.instant()).line());
    }

    @Override
    public synchronized void removed(NetworkKey key) {
        print(key + " Removed");
    }

    private void print(String line) {
        out.println(clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + line);
        out.flush();
    }
}
