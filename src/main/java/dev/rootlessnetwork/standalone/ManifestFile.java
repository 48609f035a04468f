package dev.rootlessnetwork.standalone;

import java.nio.file.Path;
import java.util.List;

/**
 * What a file holds.
 *
 * @param problems why it, or a part of it, cannot be read as objects at all; then {@code manifests} is what could be
 */
public record ManifestFile(Path path, List<Manifest> manifests, List<ManifestProblem> problems) {
    public ManifestFile {
        manifests = List.copyOf(manifests);
        problems = List.copyOf(problems);
    }

    /** Whether all of it could be read, so that what it does not hold is not wanted. */
    public boolean isSound() {
        return problems.isEmpty();
    }
}
