package dev.rootlessnetwork.slirp;

import java.nio.file.Path;
import java.util.Map;

/**
 * An installed slirp4netns.
 *
 * @param version as it tells itself, such as {@code 1.2.0}; "unknown" if it does not
 */
public record SlirpBinary(Path path, String version, SlirpFeatures features) {
    /** All that it gets of our environment, when probed and when started: a script in its place needs PATH. */
    static Map<String, String> environment() {
        String path = System.getenv("PATH");
        return path == null ? Map.of() : Map.of("PATH", path);
    }
}
