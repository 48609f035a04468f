package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.Violation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object as a file holds it.
 *
 * @param object with namespace and UID filled in; its generation is numbered by whoever runs it
 * @param generation as it is written; 0: it is not
 * @param violations what is wrong with its form: unknown fields, values of the wrong type; those fields are not in {@code
 *     object}
 * @param lines by field path, from 1 on; {@code ""} is the object's own
 */
public record Manifest(
        Path file, RootlessNetwork object, long generation, List<Violation> violations, Map<String, Integer> lines) {
    public Manifest {
        violations = List.copyOf(violations);
        lines = Map.copyOf(lines);
    }

    public NetworkKey key() {
        return object.key();
    }

    public String uid() {
        return object.uid();
    }

    /** Where a field is written, or else the nearest that contains it. */
    public int line(String field) {
        String path = field;
        while (!lines.containsKey(path) && !path.isEmpty()) {
            path = path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
        }
        return lines.getOrDefault(path, 1);
    }

    /** Whether this is the very reading of a file, and not another that may hold the same. */
    @SuppressWarnings("ReferenceEquality")
    boolean isReading(@Nullable Manifest other) {
        return this == other;
    }

    /** A violation of this object as a problem of its file. */
    public ManifestProblem problem(Violation violation) {
        return new ManifestProblem(file, line(violation.field()), violation.field(), violation.message());
    }
}
