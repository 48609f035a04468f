package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkSpec.TargetSpec;
import dev.rootlessnetwork.network.GoQuote;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.Violation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges {@code spec.target}. */
final class TargetRules {
    private static final String FIELD = "spec.target";

    /** PID_MAX_LIMIT of 64-bit kernels (include/linux/threads.h). */
    private static final int LARGEST_PID = 4194304;

    private TargetRules() {}

    /** The target, null if there are violations, which are added. */
    static @Nullable Target judge(@Nullable TargetSpec spec, List<Violation> violations) {
        List<String> given = given(spec);
        if (spec == null || given.isEmpty()) {
            violations.add(new Violation(FIELD, "is missing: name the target by one of pid, pidFile, netnsPath"));
            return null;
        }
        List<Violation> found = new ArrayList<>();
        if (given.size() > 1) {
            found.add(new Violation(
                    FIELD, "must have exactly one of pid, pidFile, netnsPath, not " + String.join(" and ", given)));
        }
        Target target = null;
        if (spec.pid() != null) {
            target = pid(spec.pid(), found);
        }
        if (spec.pidFile() != null) {
            Path path = path("pidFile", spec.pidFile(), "/run/web.pid", found);
            target = path == null ? null : new Target.PidFile(path);
        }
        if (spec.netnsPath() != null) {
            Path path = path("netnsPath", spec.netnsPath(), "/run/netns/web", found);
            target = path == null ? null : new Target.NetnsPath(path);
        }
        violations.addAll(found);
        return found.isEmpty() ? target : null;
    }

    private static List<String> given(@Nullable TargetSpec spec) {
        List<String> given = new ArrayList<>();
        if (spec != null && spec.pid() != null) {
            given.add("pid");
        }
        if (spec != null && spec.pidFile() != null) {
            given.add("pidFile");
        }
        if (spec != null && spec.netnsPath() != null) {
            given.add("netnsPath");
        }
        return given;
    }

    private static Target.@Nullable Pid pid(int pid, List<Violation> violations) {
        if (pid < 1 || pid > LARGEST_PID) {
            violations.add(new Violation(FIELD + ".pid", "must be 1-" + LARGEST_PID + ", not " + pid));
            return null;
        }
        return new Target.Pid(pid);
    }

    private static @Nullable Path path(String field, String text, String example, List<Violation> violations) {
        String problem = "must be an absolute path like " + example + ", not " + GoQuote.quote(text);
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            problem += " (" + e.getReason() + ")";
        }
        violations.add(new Violation(FIELD + "." + field, problem));
        return null;
    }
}
