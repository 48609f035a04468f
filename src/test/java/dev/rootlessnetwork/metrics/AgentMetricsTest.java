package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.PortObservation.State;
import dev.rootlessnetwork.launch.RestartReason;
import dev.rootlessnetwork.launch.RunningSlirp;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AgentMetricsTest {
    private static final Problem TAKEN = Problem.retried(Reason.PortConflict, "it is taken");
    private static final Problem STARTING = Problem.retried(Reason.Starting, "slirp4netns is being started");
    private static final Problem INVALID = Problem.stalled(Reason.InvalidSpec, "spec.options.mtu: too small");
    private static final PortObservation WEB =
            new PortObservation(Plans.tcp("web", 8080, 80), 8080, State.ACTIVE, null);
    private static final PortObservation DNS =
            new PortObservation(Plans.udp("dns", "0.0.0.0", 53, 53, 1), 53, State.FAILED, TAKEN);

    private final AtomicLong nanoTime = new AtomicLong(1_000_000_000);
    private final AgentMetrics agent = new AgentMetrics("1.0", nanoTime::get);

    private static Observation running(String name, Problem refusal, PortObservation... ports) {
        NetworkPlan plan = Plans.run(name, new Target.Pid(42)).plan();
        RunningSlirp slirp = new RunningSlirp(7, "1.2.0", Instant.EPOCH, true, true);
        return new Observation(plan.identity(), refusal, plan, null, slirp, null, null, List.of(ports), 0, null);
    }

    private static Observation starting(String name, PortObservation... ports) {
        NetworkPlan plan = Plans.run(name, new Target.Pid(42)).plan();
        return new Observation(plan.identity(), null, plan, null, null, STARTING, null, List.of(ports), 0, null);
    }

    private List<String> told(String name) {
        return new Samples(agent).told(name);
    }

    @Test
    void countsNetworksByWhatReadySays() {
        agent.converged(running("a", null, WEB));
        agent.converged(running("b", null));
        agent.converged(running("c", null, WEB, DNS));
        agent.converged(running("d", INVALID, DNS));
        agent.converged(starting("e"));
        assertThat(told("rootlessnetwork_networks"))
                .containsExactly(
                        "rootlessnetwork_networks{reason=\"InvalidSpec\"} 1.0",
                        "rootlessnetwork_networks{reason=\"NetworkReady\"} 2.0",
                        "rootlessnetwork_networks{reason=\"PortConflict\"} 1.0",
                        "rootlessnetwork_networks{reason=\"Starting\"} 1.0");
    }

    @Test
    void movesAnObjectFromStateToState() {
        agent.converged(starting("a", new PortObservation(WEB.entry(), 8080, State.PENDING, STARTING)));
        assertThat(told("rootlessnetwork_networks"))
                .containsExactly("rootlessnetwork_networks{reason=\"Starting\"} 1.0");
        assertThat(told("rootlessnetwork_forwards"))
                .containsExactly("rootlessnetwork_forwards{protocol=\"TCP\",state=\"Pending\"} 1.0");
        agent.converged(running("a", null, WEB));
        agent.converged(running("a", null, WEB));
        assertThat(told("rootlessnetwork_networks"))
                .containsExactly("rootlessnetwork_networks{reason=\"NetworkReady\"} 1.0");
        assertThat(told("rootlessnetwork_forwards"))
                .containsExactly("rootlessnetwork_forwards{protocol=\"TCP\",state=\"Active\"} 1.0");
    }

    @Test
    void forgetsAnObjectThatIsGone() {
        agent.converged(running("a", null, WEB, DNS));
        agent.forgotten("uid-a");
        agent.forgotten("uid-a");
        agent.forgotten("uid-never-seen");
        assertThat(told("rootlessnetwork_networks")).isEmpty();
        assertThat(told("rootlessnetwork_forwards")).isEmpty();
    }

    @Test
    void countsEachPortOfARangeAndThoseThatServeInOneThatFailsInPart() {
        agent.converged(running(
                "a",
                null,
                new PortObservation(Plans.tcp("all", "0.0.0.0", 8000, 80, 100), 8000, State.ACTIVE, null),
                new PortObservation(Plans.tcp("most", "0.0.0.0", 9000, 80, 10), 9000, State.FAILED, 7, true, TAKEN),
                DNS));
        assertThat(told("rootlessnetwork_forwards"))
                .containsExactly(
                        "rootlessnetwork_forwards{protocol=\"TCP\",state=\"Active\"} 107.0",
                        "rootlessnetwork_forwards{protocol=\"TCP\",state=\"Failed\"} 3.0",
                        "rootlessnetwork_forwards{protocol=\"UDP\",state=\"Failed\"} 1.0");
    }

    @Test
    void tellsOfEveryStateFromTheStart() {
        String scrape = agent.scrape();
        assertThat(scrape)
                .contains(
                        "rootlessnetwork_networks{reason=\"NetworkReady\"} 0.0\n",
                        "rootlessnetwork_forwards{protocol=\"UDP\",state=\"Pending\"} 0.0\n",
                        "rootlessnetwork_slirp4netns_restarts_total{reason=\"died\"} 0.0\n",
                        "rootlessnetwork_slirp4netns_start_failures_total{reason=\"ReadyTimeout\"} 0.0\n",
                        "rootlessnetwork_reconciles_total{result=\"error\"} 0.0\n",
                        "rootlessnetwork_status_writes_total{result=\"success\"} 0.0\n",
                        "rootlessnetwork_event_writes_total{result=\"error\"} 0.0\n",
                        "rootlessnetwork_queue_depth 0.0\n",
                        "rootlessnetwork_watch_last_event_age_seconds NaN\n")
                .doesNotContain("reason=\"SlirpRunning\"", "reason=\"PortsActive\"");
    }

    @Test
    void timesReconcilesAndCountsHowTheyEnded() {
        agent.reconciled(Duration.ofMillis(4), false);
        agent.reconciled(Duration.ofMillis(300), false);
        agent.reconciled(Duration.ofSeconds(60), true);
        assertThat(told("rootlessnetwork_reconciles_total"))
                .containsExactly(
                        "rootlessnetwork_reconciles_total{result=\"error\"} 1.0",
                        "rootlessnetwork_reconciles_total{result=\"success\"} 2.0");
        assertThat(told("rootlessnetwork_reconcile_duration_seconds_bucket"))
                .containsExactly(
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.001\"} 0",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.0025\"} 0",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.005\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.01\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.025\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.05\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.1\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.25\"} 1",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"0.5\"} 2",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"1.0\"} 2",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"2.5\"} 2",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"5.0\"} 2",
                        "rootlessnetwork_reconcile_duration_seconds_bucket{le=\"+Inf\"} 3");
        assertThat(told("rootlessnetwork_reconcile_duration_seconds_sum"))
                .containsExactly("rootlessnetwork_reconcile_duration_seconds_sum 60.304");
    }

    @Test
    void timesCallsOfSlirp4netnsAndCountsThoseThatFailed() {
        agent.called("add_hostfwd", Duration.ofNanos(300_000), false);
        agent.called("add_hostfwd", Duration.ofSeconds(2), true);
        agent.called("list_hostfwd", Duration.ofNanos(40_000), false);
        Samples samples = new Samples(agent);
        String duration = "rootlessnetwork_slirp4netns_api_duration_seconds";
        assertThat(samples.value(duration + "_count{command=\"add_hostfwd\"}")).isEqualTo(2);
        assertThat(samples.value(duration + "_bucket{command=\"add_hostfwd\",le=\"2.5E-4\"}"))
                .isZero();
        assertThat(samples.value(duration + "_bucket{command=\"add_hostfwd\",le=\"5.0E-4\"}"))
                .isEqualTo(1);
        assertThat(samples.value(duration + "_bucket{command=\"list_hostfwd\",le=\"1.0E-4\"}"))
                .isEqualTo(1);
        assertThat(samples.told("rootlessnetwork_slirp4netns_api_errors_total"))
                .containsExactly("rootlessnetwork_slirp4netns_api_errors_total{command=\"add_hostfwd\"} 1.0");
    }

    @Test
    void countsStartsAndRestartsByReason() {
        agent.started(Duration.ofMillis(6));
        agent.startFailed(Reason.ReadyTimeout);
        agent.restarting(RestartReason.DIED);
        agent.restarting(RestartReason.DIED);
        agent.restarting(RestartReason.OPTIONS_CHANGED);
        assertThat(told("rootlessnetwork_slirp4netns_start_duration_seconds_count"))
                .containsExactly("rootlessnetwork_slirp4netns_start_duration_seconds_count 1");
        assertThat(told("rootlessnetwork_slirp4netns_start_failures_total"))
                .containsExactly("rootlessnetwork_slirp4netns_start_failures_total{reason=\"ReadyTimeout\"} 1.0");
        assertThat(told("rootlessnetwork_slirp4netns_restarts_total"))
                .containsExactly(
                        "rootlessnetwork_slirp4netns_restarts_total{reason=\"died\"} 2.0",
                        "rootlessnetwork_slirp4netns_restarts_total{reason=\"options_changed\"} 1.0");
    }

    @Test
    void tellsHowLongTheApiServerHasBeenSilent() {
        agent.watchEvent();
        nanoTime.addAndGet(90_500_000_000L);
        assertThat(told("rootlessnetwork_watch_last_event_age_seconds"))
                .containsExactly("rootlessnetwork_watch_last_event_age_seconds 90.5");
    }

    @Test
    void asksForTheQueueOnlyWhenItIsScraped() {
        agent.queueDepth(() -> 3);
        assertThat(told("rootlessnetwork_queue_depth")).containsExactly("rootlessnetwork_queue_depth 3.0");
        agent.queueDepth(() -> 4);
        assertThat(told("rootlessnetwork_queue_depth")).containsExactly("rootlessnetwork_queue_depth 4.0");
    }

    @Test
    void countsWritesToTheApiServer() {
        agent.statusWritten(false);
        agent.statusWritten(true);
        agent.eventWritten(false);
        assertThat(told("rootlessnetwork_status_writes_total"))
                .containsExactly(
                        "rootlessnetwork_status_writes_total{result=\"error\"} 1.0",
                        "rootlessnetwork_status_writes_total{result=\"success\"} 1.0");
        assertThat(told("rootlessnetwork_event_writes_total"))
                .containsExactly("rootlessnetwork_event_writes_total{result=\"success\"} 1.0");
    }

    @Test
    void namesTheProgramAndItsJvm() {
        assertThat(told("rootlessnetwork_build_info"))
                .containsExactly(
                        "rootlessnetwork_build_info{java_version=\"" + Runtime.version() + "\",version=\"1.0\"} 1");
    }

    @Test
    void tellsWhatTheProcessTakes() {
        Samples samples = new Samples(agent);
        assertThat(samples.value("process_resident_memory_bytes")).isGreaterThan(10 << 20);
        assertThat(samples.value("process_threads")).isGreaterThan(1);
        assertThat(samples.value("process_open_fds")).isBetween(3.0, samples.value("process_max_fds"));
        assertThat(samples.value("process_cpu_seconds_total")).isPositive();
        assertThat(samples.value("process_start_time_seconds"))
                .isBetween(1.7e9, Instant.now().getEpochSecond() + 1.0);
        assertThat(samples.value("jvm_memory_used_bytes{area=\"heap\"}"))
                .isBetween(1.0, samples.value("jvm_memory_max_bytes{area=\"heap\"}"));
    }

    /** The registry holds some objects weakly, and what it reads of them stands still once they are gone. */
    @Test
    void goesOnCountingProcessorTimeAfterACollection() {
        double before = new Samples(agent).value("process_cpu_seconds_total");
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return garbage.refersTo(null);
        });
        await().until(() -> new Samples(agent).value("process_cpu_seconds_total") > before);
    }
}
