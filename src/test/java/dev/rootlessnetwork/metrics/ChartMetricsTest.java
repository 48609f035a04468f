package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rootlessnetwork.chart.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart's alerts and dashboard ask for metrics and labels that there are. */
class ChartMetricsTest {
    private static final Pattern SERIES =
            Pattern.compile("\\b((?:rootlessnetwork|process|jvm)_\\w+)(?:\\{([^}]*)\\})?");
    private static final Pattern SELECTOR = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");
    private static final Pattern GROUPS = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern TOLD = Pattern.compile("\\{\\{ ?\\$labels\\.(\\w+) ?\\}\\}");

    /** What the scrape adds; node by the chart's PodMonitor. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("node", "instance");

    private static final Map<String, Set<String>> VALUES = Map.of(
            "result", Set.of("success", "error"),
            "state", Set.of("Active", "Failed"),
            "reason",
                    Set.of("died", "NetworkReady|Drained|TargetNotFound|TargetExited", "TargetNotFound|TargetExited"));

    /** Of kube-state-metrics: what no agent can tell, that there is none. */
    private static final String OF_THE_DAEMON_SET =
            "kube_daemonset_status_number_unavailable{namespace=\"rootlessnetwork\",daemonset=\"rootlessnetwork-agent\"} > 0";

    private final Map<String, Samples.Metric> metrics = new Samples(Samples.busy()).metrics;
    private final Chart chart = Chart.rendered(
            "{prometheusRule: {enabled: true}, grafanaDashboard: {enabled: true}, podMonitor: {enabled: true}}");

    private List<JsonNode> alerts() {
        List<JsonNode> alerts = new ArrayList<>();
        chart.one("PrometheusRule", "rootlessnetwork-agent")
                .at("/spec/groups")
                .forEach(group -> group.path("rules").forEach(alerts::add));
        return alerts;
    }

    private JsonNode dashboard() throws IOException {
        return new ObjectMapper()
                .readTree(chart.one("ConfigMap", "rootlessnetwork-dashboard")
                        .at("/data/rootlessnetwork.json")
                        .asText());
    }

    private void asksForWhatThereIs(String expression) {
        if (expression.equals(OF_THE_DAEMON_SET)) {
            return;
        }
        List<MatchResult> series = SERIES.matcher(expression).results().toList();
        assertThat(series).as(expression).isNotEmpty();
        Set<String> labels = new HashSet<>(OF_THE_SCRAPE);
        for (MatchResult each : series) {
            Samples.Metric metric = metric(each.group(1));
            assertThat(metric).as("%s in %s", each.group(1), expression).isNotNull();
            labels.addAll(metric.labels);
            if (each.group(1).endsWith("_bucket")) {
                labels.add("le");
            }
            if (each.group(2) != null) {
                SELECTOR.matcher(each.group(2)).results().forEach(selector -> selects(metric, selector));
            }
        }
        assertThat(groups(expression)).as(expression).isSubsetOf(labels);
    }

    private static void selects(Samples.Metric metric, MatchResult selector) {
        String label = selector.group(1);
        if (!OF_THE_SCRAPE.contains(label)) {
            assertThat(metric.labels).contains(label);
            assertThat(VALUES.get(label)).contains(selector.group(3));
        }
    }

    private Samples.Metric metric(String name) {
        Samples.Metric metric = metrics.get(name);
        return metric != null ? metric : metrics.get(name.replaceFirst("_(bucket|count|sum)$", ""));
    }

    private static Set<String> groups(String expression) {
        Set<String> groups = new HashSet<>();
        GROUPS.matcher(expression)
                .results()
                .forEach(by -> groups.addAll(List.of(by.group(1).split(", ", -1))));
        return groups;
    }

    @Test
    void alertsAskForMetricsThatThereAre() {
        assertThat(alerts())
                .hasSizeGreaterThan(8)
                .allSatisfy(alert -> asksForWhatThereIs(alert.path("expr").asText()))
                .anySatisfy(alert -> assertThat(alert.path("expr").asText()).isEqualTo(OF_THE_DAEMON_SET));
    }

    @Test
    void alertsAreListedInTheDocumentation() throws IOException {
        List<String> listed = Pattern.compile("^\\| `(RootlessNetwork\\w+)` \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs/operations.md")))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(listed)
                .isEqualTo(alerts().stream()
                        .map(alert -> alert.path("alert").asText())
                        .toList());
    }

    /** A name of the chart's that stayed in the text would find nothing. */
    @Test
    void alertsNameTheRelease() {
        assertThat(chart.one("PrometheusRule", "rootlessnetwork-agent").toString())
                .doesNotContain("RELEASE_");
    }

    @Test
    void alertsSayWhatToDo() {
        assertThat(alerts()).allSatisfy(alert -> {
            assertThat(alert.path("alert").asText()).matches("RootlessNetwork[A-Z]\\w+");
            assertThat(alert.at("/labels/severity").asText()).isIn("info", "warning", "critical");
            assertThat(alert.at("/annotations/summary").asText()).isNotEmpty();
            assertThat(alert.at("/annotations/description").asText()).hasSizeGreaterThan(60);
        });
    }

    /** A label that an aggregation drops would leave a hole in the text. */
    @Test
    void alertsNameOnlyLabelsThatAreLeft() {
        assertThat(alerts()).allSatisfy(alert -> {
            String expression = alert.path("expr").asText();
            Set<String> left = groups(expression);
            Stream.of("summary", "description")
                    .flatMap(text -> TOLD.matcher(
                                    alert.at("/annotations/" + text).asText())
                            .results())
                    .map(label -> label.group(1))
                    .filter(label -> !left.isEmpty() || !OF_THE_SCRAPE.contains(label))
                    .forEach(label -> assertThat(left).as(expression).contains(label));
        });
    }

    @Test
    void theDashboardAsksForMetricsThatThereAre() throws IOException {
        List<String> expressions = dashboard().findValuesAsText("expr");
        assertThat(expressions).hasSizeGreaterThan(20).allSatisfy(this::asksForWhatThereIs);
        assertThat(dashboard().at("/templating/list/1/query").asText())
                .isEqualTo("label_values(rootlessnetwork_build_info, node)");
    }

    @Test
    void thePanelsOfTheDashboardDoNotOverlap() throws IOException {
        JsonNode panels = dashboard().path("panels");
        assertThat(panels.findValuesAsText("id")).doesNotHaveDuplicates();
        List<String> places = new ArrayList<>();
        panels.forEach(panel -> places.add(panel.at("/gridPos/x") + " " + panel.at("/gridPos/y")));
        assertThat(places).doesNotHaveDuplicates();
    }

    @Test
    void theScrapeAddsTheNodeAndLeavesTheObjectsNamespace() {
        JsonNode endpoint = chart.one("PodMonitor", "rootlessnetwork-agent").at("/spec/podMetricsEndpoints/0");
        assertThat(endpoint.path("honorLabels").asBoolean()).isTrue();
        assertThat(endpoint.at("/relabelings/0/targetLabel").asText()).isEqualTo("node");
    }
}
