package dev.rootlessnetwork.slirp;

import java.nio.file.Path;

/**
 * An installed slirp4netns.
 *
 * @param version as it tells itself, such as {@code 1.2.0}; "unknown" if it does not
 */
public record SlirpBinary(Path path, String version, SlirpFeatures features) {}
