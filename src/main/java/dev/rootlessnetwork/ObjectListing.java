package dev.rootlessnetwork;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.standalone.ObjectFormat;
import dev.rootlessnetwork.standalone.ObjectSummary;
import java.time.Instant;
import java.util.List;

/** Prints objects with their status. */
final class ObjectListing {
    private ObjectListing() {}

    /** Prints a table, or whole objects; returns what a table says of them. */
    static List<ObjectSummary> print(List<ObjectNode> objects, OutputFormat format, Console console) {
        Instant now = Instant.now();
        List<ObjectSummary> summaries =
                objects.stream().map(object -> ObjectSummary.of(object, now)).toList();
        switch (format) {
            case json -> console.out().print(ObjectFormat.jsonList(objects));
            case yaml -> console.out().print(ObjectFormat.yamlStream(objects));
            default -> {
                if (!objects.isEmpty()) {
                    ObjectSummary.table(summaries, format == OutputFormat.wide).forEach(console.out()::println);
                }
            }
        }
        console.out().flush();
        return summaries;
    }
}
