package dev.rootlessnetwork.api;

import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.DnsName;
import dev.rootlessnetwork.network.GoQuote;
import dev.rootlessnetwork.network.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a cluster enforces on any object by itself, and a manifest may get wrong. */
final class MetadataRules {
    private MetadataRules() {}

    static List<Violation> judge(RootlessNetwork object, Source source) {
        if (source == Source.CLUSTER) {
            return List.of();
        }
        List<Violation> violations = new ArrayList<>();
        checkConstant("apiVersion", RootlessNetwork.API_VERSION, object.writtenApiVersion(), violations);
        checkConstant("kind", RootlessNetwork.KIND, object.writtenKind(), violations);
        DnsName.subdomainProblem(object.key().name())
                .ifPresent(problem -> violations.add(new Violation("metadata.name", problem)));
        DnsName.labelProblem(object.key().namespace())
                .ifPresent(problem -> violations.add(new Violation("metadata.namespace", problem)));
        if (object.uid().isEmpty()) {
            violations.add(new Violation("metadata.uid", "is empty: leave it out to have one made"));
        }
        Long generation = object.getMetadata().getGeneration();
        if (generation != null && generation < 1) {
            violations.add(new Violation(
                    "metadata.generation",
                    "must be at least 1, not " + generation + ": leave it out to have it counted"));
        }
        return violations;
    }

    private static void checkConstant(
            String field, String expected, @Nullable String written, List<Violation> violations) {
        if (written == null) {
            violations.add(new Violation(field, "is missing: write " + expected));
        } else if (!written.equals(expected)) {
            violations.add(new Violation(field, "must be " + expected + ", not " + GoQuote.quote(written)));
        }
    }
}
