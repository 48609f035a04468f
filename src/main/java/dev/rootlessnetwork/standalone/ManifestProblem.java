package dev.rootlessnetwork.standalone;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something that is wrong with a manifest. Sorts by file (bytes of its path), line, field.
 *
 * @param line from 1 on; 1 also for what is wrong with the file as a whole
 * @param field path such as {@code spec.ports[0].hostPort}; empty if it is about no field
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

    /** {@code file:line: field: message}; without the field if there is none. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
