package dev.rootlessnetwork.standalone;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something that is wrong with a manifest.
 *
 * @param line from 1 on
 * @param field path such as {@code spec.ports[0].hostPort}; empty if it is about the file as a whole
 */
public record ManifestProblem(Path file, int line, String field, String message)
        implements Comparable<ManifestProblem> {
    private static final Comparator<ManifestProblem> ORDER = Comparator.comparing(ManifestProblem::file)
            .thenComparing(ManifestProblem::line)
            .thenComparing(ManifestProblem::field)
            .thenComparing(ManifestProblem::message);

    @Override
    public int compareTo(ManifestProblem other) {
        return ORDER.compare(this, other);
    }

    /** {@code file:line: field: message}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
