package dev.rootlessnetwork.metrics;

import dev.rootlessnetwork.launch.LauncherListener;
import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.RestartReason;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All figures of an agent. Many networks share them: no label names an object, so that their number does not grow with that
 * of the objects. The exceptions are of no use in a sum: what came through a port, where {@link RelayMetrics} names object and
 * port, of those ports only that were used; and the memory of each network, {@link MemoryMetrics}. Thread-safe; nothing here blocks, but a scrape may wait for the relay, a second at most.
 */
public final class AgentMetrics implements LauncherListener {
    /** What the condition Ready never says. */
    private static final Set<Reason> OF_OTHER_CONDITIONS = EnumSet.of(Reason.SlirpRunning, Reason.PortsActive);

    private static final List<Reason> START_FAILURES =
            List.of(Reason.StartFailed, Reason.ReadyTimeout, Reason.BinaryNotFound, Reason.UnsupportedOption);

    /** From 1 ms, a convergence that finds all as it should be, to the ready timeout. */
    private static final Duration[] MILLISECONDS_TO_SECONDS =
            millis(1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000);

    /** From 0.1 ms, what a call mostly takes, to its deadline. */
    private static final Duration[] CALLS = millis(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 50, 250, 1000, 2000);

    private static final String RESULT = "result";
    private static final String SUCCESS = "success";
    private static final String ERROR = "error";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final NetworkTally tally = new NetworkTally();
    private final RelayMetrics relay = new RelayMetrics();
    private final MemoryMetrics memory = new MemoryMetrics();
    private final LongSupplier nanoTime;
    private final Timer reconciles;
    private final Timer starts;
    private volatile IntSupplier queueDepth = () -> 0;
    private volatile @Nullable Long lastWatchEvent;

    /** @param version of this program */
    public AgentMetrics(String version) {
        this(version, System::nanoTime);
    }

    AgentMetrics(String version, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        Gauge.builder("rootlessnetwork.build.info", () -> 1)
                .description("The program and the JVM that runs it; always 1.")
                .tags("version", version, "java_version", Runtime.version().toString())
                .register(registry);
        tellOfNetworks();
        tellOfKubernetes();
        reconciles = timer("rootlessnetwork.reconcile.duration", MILLISECONDS_TO_SECONDS)
                .description("How long reconciles took, by whatever they ended.")
                .register(registry);
        starts = timer("rootlessnetwork.slirp4netns.start.duration", MILLISECONDS_TO_SECONDS)
                .description("From asking for a slirp4netns until it is ready; starts that failed are not in it.")
                .register(registry);
        for (RestartReason reason : RestartReason.values()) {
            restarts(reason);
        }
        START_FAILURES.forEach(this::startFailures);
        new ProcessMetrics().bindTo(registry);
        registry.getPrometheusRegistry().register(relay);
        registry.getPrometheusRegistry().register(memory);
    }

    private void tellOfNetworks() {
        for (Reason reason : EnumSet.complementOf(EnumSet.copyOf(OF_OTHER_CONDITIONS))) {
            gauge("rootlessnetwork.networks", () -> tally.networks(reason))
                    .description("Objects by the reason that their condition Ready gives.")
                    .tag("reason", reason.name())
                    .register(registry);
        }
        for (Protocol protocol : Protocol.values()) {
            for (PortObservation.State state : PortObservation.State.values()) {
                gauge("rootlessnetwork.forwards", () -> tally.forwards(protocol, state))
                        .description("Single forwarded ports, those of ranges each, by state.")
                        .tags("protocol", protocol.name(), "state", word(state))
                        .register(registry);
            }
        }
    }

    private void tellOfKubernetes() {
        for (String result : List.of(SUCCESS, ERROR)) {
            reconciles(result);
            statusWrites(result);
            eventWrites(result);
        }
        gauge("rootlessnetwork.queue.depth", () -> queueDepth.getAsInt())
                .description("Objects that wait to be reconciled.")
                .register(registry);
        gauge("rootlessnetwork.watch.last.event.age", this::watchAge)
                .description("Time since the API server last told of anything; NaN before the first time.")
                .baseUnit("seconds")
                .register(registry);
    }

    /** An object was converged. */
    public void converged(Observation observation) {
        tally.put(observation);
        relay.put(observation);
        memory.put(observation.identity());
    }

    /** An object is gone. */
    public void forgotten(String uid) {
        tally.remove(uid);
        relay.remove(uid);
        memory.remove(uid);
    }

    /** A reconcile is over. */
    public void reconciled(Duration took, boolean failed) {
        reconciles(result(failed)).increment();
        reconciles.record(took);
    }

    /** A status was sent to the API server, or could not be. */
    public void statusWritten(boolean failed) {
        statusWrites(result(failed)).increment();
    }

    /** An Event was sent to the API server, or could not be. */
    public void eventWritten(boolean failed) {
        eventWrites(result(failed)).increment();
    }

    /** The API server told of something just now. */
    public void watchEvent() {
        lastWatchEvent = nanoTime.getAsLong();
    }

    /** @param depth asked by the thread that scrapes; must not block. A later one takes its place. */
    public void queueDepth(IntSupplier depth) {
        queueDepth = depth;
    }

    /** @param traffic asked by the thread that scrapes; may take a second. A later one takes its place. */
    public void traffic(Supplier<NodeTraffic> traffic) {
        relay.source(traffic);
    }

    /** @param bytes of each network by UID, asked by the thread that scrapes. A later one takes its place. */
    public void memory(Supplier<Map<String, Long>> bytes) {
        memory.source(bytes);
    }

    @Override
    public void restarting(RestartReason reason) {
        restarts(reason).increment();
    }

    @Override
    public void started(Duration took) {
        starts.record(took);
    }

    @Override
    public void startFailed(Reason reason) {
        startFailures(reason).increment();
    }

    @Override
    public void called(String command, Duration took, boolean failed) {
        timer("rootlessnetwork.slirp4netns.api.duration", CALLS)
                .description("Calls on slirp4netns's API socket, those that failed included.")
                .tag("command", command)
                .register(registry)
                .record(took);
        counter(
                        "rootlessnetwork.slirp4netns.api.errors",
                        "Calls on slirp4netns's API socket that were refused or not answered.",
                        "command",
                        command)
                .increment(failed ? 1 : 0);
    }

    /** Everything, in Prometheus's text format 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    private double watchAge() {
        Long last = lastWatchEvent;
        return last == null ? Double.NaN : (nanoTime.getAsLong() - last) / 1e9;
    }

    private Counter reconciles(String result) {
        return counter("rootlessnetwork.reconciles", "Reconciles, by how they ended.", RESULT, result);
    }

    private Counter statusWrites(String result) {
        return counter(
                "rootlessnetwork.status.writes", "Writes of an object's status, by how they ended.", RESULT, result);
    }

    private Counter eventWrites(String result) {
        return counter("rootlessnetwork.event.writes", "Writes of an Event, by how they ended.", RESULT, result);
    }

    private Counter restarts(RestartReason reason) {
        return counter(
                "rootlessnetwork.slirp4netns.restarts",
                "slirp4netns processes that had to be replaced, by reason.",
                "reason",
                reason.name().toLowerCase(Locale.ROOT));
    }

    private Counter startFailures(Reason reason) {
        return counter(
                "rootlessnetwork.slirp4netns.start.failures",
                "slirp4netns processes that did not get ready, by the reason that the condition gives.",
                "reason",
                reason.name());
    }

    private Counter counter(String name, String description, String label, String value) {
        return Counter.builder(name).description(description).tag(label, value).register(registry);
    }

    private static Gauge.Builder<Supplier<Number>> gauge(String name, Supplier<Number> value) {
        return Gauge.builder(name, value);
    }

    private static Timer.Builder timer(String name, Duration... buckets) {
        return Timer.builder(name).serviceLevelObjectives(buckets);
    }

    private static Duration[] millis(double... millis) {
        return Arrays.stream(millis)
                .mapToObj(each -> Duration.ofNanos(Math.round(each * 1e6)))
                .toArray(Duration[]::new);
    }

    private static String result(boolean failed) {
        return failed ? ERROR : SUCCESS;
    }

    /** As the status writes it. */
    private static String word(PortObservation.State state) {
        return state.name().charAt(0) + state.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
