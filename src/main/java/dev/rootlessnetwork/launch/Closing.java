package dev.rootlessnetwork.launch;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes several things, each whatever becomes of the others. */
final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    static void all(Stream<? extends @Nullable AutoCloseable> things) {
        things.forEach(Closing::one);
    }

    static void one(@Nullable AutoCloseable thing) {
        if (thing == null) {
            return;
        }
        try {
            thing.close();
        } catch (Exception e) {
            LOG.warn("Closing failed thing={} error={}", thing, e.toString());
        }
    }
}
