package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.kube.NetworkEvent.Reason;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EventSeriesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");

    private static EventSeries series(String note) {
        return new EventSeries(
                SampleObjects.of("node-1", "1"), new NetworkEvent(Reason.PortFailed, "http", note), START);
    }

    @Test
    void tellsOfTheObjectWhatHappenedToItAndWhoSaysSo() {
        Event event = series("port http: it is taken").event("node-1");
        assertThat(event.getMetadata().getNamespace()).isEqualTo("demo");
        assertThat(event.getMetadata().getName()).startsWith("web.");
        assertThat(event.getRegarding().getApiVersion()).isEqualTo("rootlessnetwork.dev/v1alpha1");
        assertThat(event.getRegarding().getKind()).isEqualTo("RootlessNetwork");
        assertThat(event.getRegarding().getNamespace()).isEqualTo("demo");
        assertThat(event.getRegarding().getName()).isEqualTo("web");
        assertThat(event.getRegarding().getUid()).isEqualTo("uid-1");
        assertThat(event.getReason()).isEqualTo("PortFailed");
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getAction()).isEqualTo("OpenPort");
        assertThat(event.getNote()).isEqualTo("port http: it is taken");
        assertThat(event.getReportingController()).isEqualTo("rootlessnetwork.dev/agent");
        assertThat(event.getReportingInstance()).isEqualTo("node-1");
        assertThat(event.getEventTime().getTime()).isEqualTo("2026-01-01T00:00:00.123456Z");
        assertThat(event.getSeries()).isNull();
    }

    @Test
    void tellsThingsApartByObjectReasonAndSubject() {
        assertThat(EventSeries.key(SampleObjects.of("node-1", "1"), new NetworkEvent(Reason.PortFailed, "http", "a")))
                .isEqualTo("uid-1/PortFailed/http")
                .isEqualTo(EventSeries.key(
                        SampleObjects.of("node-1", "1"), new NetworkEvent(Reason.PortFailed, "http", "another")));
        assertThat(series("a").event("n").getMetadata().getName())
                .isNotEqualTo(new EventSeries(
                                SampleObjects.of("node-1", "1"), new NetworkEvent(Reason.PortFailed, "dns", "a"), START)
                        .event("n")
                        .getMetadata()
                        .getName());
    }

    @Test
    void countsRepetitionsInAPatchOfTheSeriesAlone() {
        EventSeries series = series("it is taken");
        assertThat(series.written()).isZero();
        series.settle(1);
        series.again(START.plusSeconds(1));
        series.again(START.plusSeconds(2));
        assertThat(series.count()).isEqualTo(3);
        assertThat(series.written()).isEqualTo(1);
        assertThat(series.countPatch())
                .isEqualTo("{\"series\":{\"count\":3,\"lastObservedTime\":\"2026-01-01T00:00:02.123456Z\"}}");
    }

    @Test
    void isOverBeforeTheApiServerForgetsItsEvent() {
        EventSeries series = series("it is taken");
        assertThat(series.isOver(START.plusSeconds(50 * 60))).isFalse();
        assertThat(series.isOver(START.plusSeconds(50 * 60 + 1))).isTrue();
        series.again(START.plusSeconds(60));
        assertThat(series.isOver(START.plusSeconds(50 * 60 + 1))).isFalse();
    }

    @Test
    void cutsANoteThatTheApiServerWouldRefuse() {
        for (String start : new String[] {"", "x"}) {
            String note = series(start + "\uD83D\uDE00".repeat(1000)).event("n").getNote();
            assertThat(note).endsWith("\uD83D\uDE00...");
            assertThat(note.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(1024);
        }
    }

    @Test
    void countsFailuresInARowUntilOneIsWritten() {
        EventSeries series = series("it is taken");
        assertThat(series.fail()).isEqualTo(1);
        assertThat(series.fail()).isEqualTo(2);
        series.settle(1);
        assertThat(series.fail()).isEqualTo(1);
    }
}
