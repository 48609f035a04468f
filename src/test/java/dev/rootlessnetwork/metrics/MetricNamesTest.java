package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the metrics against the rules of Prometheus, and docs/metrics.md against the metrics. */
class MetricNamesTest {
    private static final Path PAGE = Path.of("docs/metrics.md");

    /** What would make a series for each object. */
    private static final Set<String> OF_ONE_OBJECT = Set.of("uid", "name", "namespace", "network", "pid", "node");

    /** What came through a port is told of that port. */
    private static final Pattern OF_ONE_PORT =
            Pattern.compile("rootlessnetwork_relay_(connections_open|(connections|\\w+_bytes|refused)_total)");

    private static final String OF_ONE_NETWORK = "rootlessnetwork_network_memory_bytes";

    private final Map<String, Samples.Metric> metrics = new Samples(Samples.busy()).metrics;

    @Test
    void explainsEachMetric() {
        metrics.forEach((name, metric) ->
                assertThat(metric.help).as(name).matches("\\S.{10,}\\.").doesNotContain("|"));
    }

    @Test
    void followsTheNamingRulesOfPrometheus() {
        metrics.forEach((name, metric) -> {
            assertThat(name).matches("(rootlessnetwork|process|jvm)(_[a-z0-9]+)+");
            assertThat(metric.type).as(name).isIn("gauge", "counter", "histogram");
            assertThat(name.endsWith("_total")).as(name).isEqualTo(metric.type.equals("counter"));
            assertThat(name).doesNotContain("_ms", "milli", "nano", "_kb", "_mb", "minutes");
            if (name.matches(".*_(duration|age|time|cpu)_.*")) {
                assertThat(name).matches(".*_seconds(_total|_max)?");
            }
            if (name.contains("memory")) {
                assertThat(name).endsWith("_bytes");
            }
        });
    }

    @Test
    void labelsNothingByObjectButItsMemoryAndWhatCameThroughItsPorts() {
        metrics.forEach((name, metric) -> {
            assertThat(metric.labels).as(name).allMatch(label -> label.matches("[a-z]+(_[a-z]+)*"));
            if (OF_ONE_PORT.matcher(name).matches()) {
                assertThat(metric.labels).as(name).containsExactly("name", "namespace", "port", "protocol");
            } else if (name.equals(OF_ONE_NETWORK)) {
                assertThat(metric.labels).as(name).containsExactly("name", "namespace");
            } else {
                assertThat(metric.labels).as(name).doesNotContainAnyElementsOf(OF_ONE_OBJECT);
            }
        });
    }

    @Test
    void areAllListedOnTheirPage() throws IOException {
        List<String> listed = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| `(rootlessnetwork|process|jvm)_\\w+` .*"))
                .toList();
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(metrics.entrySet().stream()
                        .map(metric -> row(metric.getKey(), metric.getValue()))
                        .toList());
    }

    private static String row(String name, Samples.Metric metric) {
        String labels = metric.labels.stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
        return "| `" + name + "` | " + metric.type + " | " + (labels.isEmpty() ? "–" : labels) + " | " + metric.help
                + " |";
    }
}
