package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An object in a row of text; empty where its status tells nothing.
 *
 * @param target PID of the target
 * @param ports active entries of all
 */
public record ObjectSummary(
        NetworkKey key,
        String ready,
        String reason,
        String target,
        String ports,
        String age,
        String slirpPid,
        String address,
        String restarts,
        String generation,
        String message) {
    private static final List<String> TITLES =
            List.of("NAMESPACE", "NAME", "READY", "REASON", "TARGET", "PORTS", "AGE");
    private static final List<String> MORE_TITLES = List.of("SLIRP4NETNS", "ADDRESS", "RESTARTS", "MESSAGE");

    /** A message may quote lines of slirp4netns's log. */
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    /** kubectl's way: only the largest unit that is not too coarse. */
    private static final int COARSE = 2;

    /** Of an object's tree. */
    public static ObjectSummary of(JsonNode object, Instant now) {
        JsonNode status = object.path("status");
        JsonNode ready = condition(status, "Ready");
        JsonNode metadata = object.path("metadata");
        return new ObjectSummary(
                new NetworkKey(
                        metadata.path("namespace").asText(),
                        metadata.path("name").asText()),
                ready.path("status").asText("Unknown"),
                ready.path("reason").asText(),
                status.path("target").path("pid").asText(),
                status.path("portsActive").asText(),
                age(metadata.path("creationTimestamp").asText(), now),
                status.path("slirp4netns").path("pid").asText(),
                status.path("network").path("address").asText(),
                status.path("slirp4netns").path("restarts").asText("0"),
                status.path("observedGeneration").asText(),
                CONTROL.matcher(ready.path("message").asText()).replaceAll(" "));
    }

    /** The condition of a type; a missing node if there is none. */
    static JsonNode condition(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return status.path("conditions").path(-1);
    }

    public boolean isReady() {
        return ready.equals("True");
    }

    /** Lines of a table. */
    public static List<String> table(Collection<ObjectSummary> summaries, boolean wide) {
        TextTable table = new TextTable(Stream.concat(TITLES.stream(), wide ? MORE_TITLES.stream() : Stream.of())
                .toList());
        for (ObjectSummary row : summaries) {
            Stream<String> cells = Stream.of(
                    row.key.namespace(), row.key.name(), row.ready, row.reason, row.target, row.ports, row.age);
            Stream<String> more = Stream.of(row.slirpPid, row.address, row.restarts, row.message);
            table.add(Stream.concat(cells, wide ? more : Stream.of()).toList());
        }
        return table.lines();
    }

    /** One line that stands alone. */
    public String line() {
        String state = isReady() ? "Ready" : "NotReady";
        return key + " " + state + " " + reason + " generation=" + generation
                + (ports.isEmpty() ? "" : " ports=" + ports)
                + (target.isEmpty() ? "" : " target=" + target)
                + (slirpPid.isEmpty() ? "" : " slirp4netns=" + slirpPid)
                + (message.isEmpty() ? "" : ": " + message);
    }

    private static String age(String created, Instant now) {
        try {
            return created.isEmpty() ? "" : age(Duration.between(Instant.parse(created), now));
        } catch (DateTimeException e) {
            return "";
        }
    }

    static String age(Duration age) {
        if (age.toDays() >= COARSE) {
            return age.toDays() + "d";
        }
        if (age.toHours() >= COARSE) {
            return age.toHours() + "h";
        }
        return age.toMinutes() >= COARSE ? age.toMinutes() + "m" : Math.max(0, age.toSeconds()) + "s";
    }
}
