package dev.rootlessnetwork.standalone;

import java.nio.file.Path;
import java.util.List;

/**
 * What a file holds.
 *
 * @param manifests the objects that could be read
 * @param problems why the file, or a part of it, cannot be read as objects
 * @param sound whether all of it could be read, so that what it does not hold is not wanted; else it keeps what it last held
 */
public record ManifestFile(Path path, List<Manifest> manifests, List<ManifestProblem> problems, boolean sound) {
    public ManifestFile {
        manifests = List.copyOf(manifests);
        problems = List.copyOf(problems);
    }

    /** A file of which nothing can be read, for a reason that has no place in it. */
    static ManifestFile broken(Path path, String message) {
        return broken(path, 1, message);
    }

    /** A file of which nothing can be read. */
    static ManifestFile broken(Path path, int line, String message) {
        return new ManifestFile(path, List.of(), List.of(new ManifestProblem(path, line, "", message)), false);
    }
}
