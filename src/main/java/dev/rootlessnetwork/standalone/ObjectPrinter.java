package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.PrintStream;

/** The whole object for each change, for programs. A removal is not told: there is no object then. */
public final class ObjectPrinter implements StatusPrinter {
    /** As {@code -o} names it. */
    public enum Format {
        /** One document each. */
        YAML,
        /** One line each. */
        JSON
    }

    private final PrintStream out;
    private final Format format;

    public ObjectPrinter(PrintStream out, Format format) {
        this.out = out;
        this.format = format;
    }

    @Override
    public synchronized void changed(ObjectNode object) {
        out.print(format == Format.YAML ? "---\n" + ObjectFormat.yaml(object) : ObjectFormat.jsonLine(object) + "\n");
        out.flush();
    }

    @Override
    public void removed(NetworkKey key) {
        // nothing to show
    }
}
