package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.NativeMemory;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory of this process, of which a start needs more than the long time that follows. */
public final class Footprint {
    private static final Logger LOG = LoggerFactory.getLogger(Footprint.class);

    private Footprint() {}

    /** Lets the Java heap shrink. Stops all threads for some ten milliseconds: for a quiet moment after the start. */
    public static void collect() {
        System.gc(); // the serial collector gives free memory back by a full collection only
    }

    /** Gives back native memory. For some time after {@link #collect}: the JVM looks at all its classes once more after that. */
    public static void giveBack() {
        try {
            NativeMemory.giveBack();
        } catch (IOException e) {
            LOG.debug("Cannot give back memory error={}", e.getMessage());
        }
    }
}
