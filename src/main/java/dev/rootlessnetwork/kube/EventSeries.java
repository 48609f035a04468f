package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;

/** Something that happened, perhaps again and again, and the one event that tells of it. Guarded by its recorder. */
final class EventSeries {
    private static final String CONTROLLER = "rootlessnetwork.dev/agent";

    /** The API server's limit for a note is 1024 bytes (pkg/apis/core/validation/events.go); a character has up to four. */
    private static final int LONGEST_NOTE = 250;

    /** API servers forget events after an hour, if their --event-ttl is the default. */
    private static final Duration REMEMBERED = Duration.ofMinutes(50);

    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final RootlessNetwork object;
    private final NetworkEvent what;
    private final Instant first;
    private Instant last;
    private int count = 1;
    private int written;
    private int failures;

    EventSeries(RootlessNetwork object, NetworkEvent what, Instant now) {
        this.object = object;
        this.what = what;
        this.first = now;
        this.last = now;
    }

    /** What tells it from others. */
    static String key(RootlessNetwork object, NetworkEvent what) {
        return object.uid() + "/" + what.reason() + "/" + what.subject();
    }

    /** Whether the API server may have forgotten its event. */
    boolean isOver(Instant now) {
        return now.isAfter(last.plus(REMEMBERED));
    }

    void again(Instant now) {
        count++;
        last = now;
    }

    int count() {
        return count;
    }

    /** How many are in the event that was written; 0: none was. */
    int written() {
        return written;
    }

    /** Notes that its event tells of so many. */
    void settle(int told) {
        written = told;
        failures = 0;
    }

    /** Notes that its event could not be written; how often that was so in a row. */
    int fail() {
        return ++failures;
    }

    /** The event, without the count of what happened since the first time. */
    Event event(String nodeName) {
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(object.key().namespace())
                .withName(name())
                .endMetadata()
                .withEventTime(time(first))
                .withReportingController(CONTROLLER)
                .withReportingInstance(nodeName)
                .withAction(what.reason().action())
                .withReason(what.reason().name())
                .withType(what.reason().type())
                .withNote(note())
                .withRegarding(new ObjectReferenceBuilder()
                        .withApiVersion(RootlessNetwork.API_VERSION)
                        .withKind(RootlessNetwork.KIND)
                        .withNamespace(object.key().namespace())
                        .withName(object.key().name())
                        .withUid(object.uid())
                        .build())
                .build();
    }

    /** Of the object, the time and what it is about, so that no two are the same. */
    private String name() {
        long nanos = first.getEpochSecond() * 1_000_000_000L + first.getNano();
        int about = (what.reason() + "/" + what.subject()).hashCode();
        return object.key().name() + "." + HexFormat.of().toHexDigits(nanos)
                + HexFormat.of().toHexDigits((short) about);
    }

    private String note() {
        String note = what.note();
        if (note.length() <= LONGEST_NOTE) {
            return note;
        }
        int end = Character.isHighSurrogate(note.charAt(LONGEST_NOTE - 1)) ? LONGEST_NOTE - 1 : LONGEST_NOTE;
        return note.substring(0, end) + "..."; // half a character could not be sent
    }

    /** The part of an event that may change, as a merge patch (RFC 7386). */
    String countPatch() {
        return "{\"series\":{\"count\":" + count + ",\"lastObservedTime\":\"" + MICRO_TIME.format(last) + "\"}}";
    }

    private static MicroTime time(Instant instant) {
        return new MicroTime(MICRO_TIME.format(instant));
    }
}
