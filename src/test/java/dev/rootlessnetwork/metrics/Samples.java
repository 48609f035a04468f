package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.RunningSlirp;
import dev.rootlessnetwork.launch.Traffic;
import dev.rootlessnetwork.launch.TrafficSamples;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a scrape as Prometheus does, as far as tests ask. */
final class Samples {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)\\})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\"");

    final Map<String, Metric> metrics = new TreeMap<>();
    private final String text;

    /** What is told of all samples of a name. */
    static final class Metric {
        String type = "";
        String help = "";
        final NavigableSet<String> labels = new TreeSet<>();
    }

    Samples(AgentMetrics agent) {
        text = agent.scrape();
        text.lines().forEach(this::read);
    }

    /** Of an agent in which everything has happened once. */
    static AgentMetrics busy() {
        AgentMetrics agent = new AgentMetrics("1.0");
        agent.reconciled(Duration.ofMillis(3), false);
        agent.started(Duration.ofMillis(6));
        agent.startFailed(Reason.StartFailed);
        agent.called("list_hostfwd", Duration.ofNanos(200_000), false);
        agent.watchEvent();
        PortObservation port =
                new PortObservation(Plans.tcp("http", 8080, 80), 8080, PortObservation.State.ACTIVE, null);
        agent.converged(observation("web", port));
        agent.traffic(() -> new TrafficSamples()
                .with("uid-web", TrafficSamples.tcp("127.0.0.1", 8080), new Traffic(1, 2, 3, 4, 5))
                .answer());
        agent.memory(() -> Map.of("uid-web", 4L << 20));
        return agent;
    }

    /** Of an object default/NAME that is up. */
    static Observation observation(String name, PortObservation... ports) {
        NetworkPlan plan = Plans.run(name, new Target.Pid(42)).plan();
        RunningSlirp slirp = new RunningSlirp(7, "1.2.0", Instant.EPOCH, true, true);
        return new Observation(plan.identity(), null, plan, null, slirp, null, null, List.of(ports), 0, null);
    }

    private void read(String line) {
        Matcher comment = COMMENT.matcher(line);
        if (comment.matches()) {
            Metric metric = metrics.computeIfAbsent(comment.group(2), name -> new Metric());
            if (comment.group(1).equals("HELP")) {
                metric.help = comment.group(3);
            } else {
                metric.type = comment.group(3);
            }
            return;
        }
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        Metric metric = metrics.get(family(sample.group(1)));
        assertThat(metric).as("type of %s", line).isNotNull();
        if (sample.group(2) != null) {
            LABEL.matcher(sample.group(2))
                    .results()
                    .map(label -> label.group(1))
                    .forEach(metric.labels::add);
        }
        metric.labels.remove("le");
    }

    private String family(String sample) {
        return metrics.containsKey(sample) ? sample : sample.replaceFirst("_(bucket|count|sum)$", "");
    }

    /** Every line of a metric that is no zero, without comments. */
    List<String> told(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> !line.endsWith(" 0.0"))
                .toList();
    }

    /** The value of a sample, named with its labels. */
    double value(String series) {
        return text.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in " + text));
    }
}
