package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.NativeMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory of this process, of which a start needs more than the long time that follows. */
public final class Footprint {
    private static final Logger LOG = LoggerFactory.getLogger(Footprint.class);

    private static final Duration START_IS_OVER = Duration.ofSeconds(8);

    /** After a collection the JVM looks at all its classes once more. */
    private static final Duration COLLECTION_IS_OVER = Duration.ofSeconds(2);

    private Footprint() {}

    /**
     * Gives back some seconds from now what only the start needed. That stops all threads for some ten milliseconds.
     *
     * @param queue whose threads do it
     */
    public static void trimSoon(WorkQueue queue) {
        // The serial collector gives free memory back by a full collection only.
        List<Future<?>> unused = List.of(
                queue.later(START_IS_OVER, System::gc),
                queue.later(START_IS_OVER.plus(COLLECTION_IS_OVER), Footprint::giveBack));
    }

    private static void giveBack() {
        try {
            NativeMemory.giveBack();
        } catch (IOException e) {
            LOG.debug("Cannot give back memory error={}", e.getMessage());
        }
    }
}
