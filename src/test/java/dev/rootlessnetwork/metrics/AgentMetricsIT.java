package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.LauncherFixture;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.Plans;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.Stub;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher tells of the real slirp4netns. */
class AgentMetricsIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String CALLS = "rootlessnetwork_slirp4netns_api_duration_seconds_count";
    private static final String STARTS = "rootlessnetwork_slirp4netns_start_duration_seconds_count";

    @TempDir
    Path temporary;

    private final AgentMetrics agent = new AgentMetrics("1.0");
    private LauncherFixture fixture;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"), agent);
        target = TargetProcess.inNetworkNamespace();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        target.close();
    }

    private Target pid() {
        return new Target.Pid(target.pid());
    }

    private Observation converge(NetworkRequest request) {
        fixture.changed.clear();
        Observation observation = fixture.converge(request);
        agent.converged(observation);
        return observation;
    }

    private void awaitChange() {
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
    }

    private double value(String series) {
        return new Samples(agent).value(series);
    }

    private double restarts(String reason) {
        return value("rootlessnetwork_slirp4netns_restarts_total{reason=\"" + reason + "\"}");
    }

    @Test
    void timesTheStartAndTheCallsOfARealSlirp4netns() {
        converge(Plans.run("web", pid(), Plans.tcp("http", "127.0.0.1", 18080, 80, 3)));
        assertThat(value(STARTS)).isEqualTo(1);
        assertThat(value("rootlessnetwork_slirp4netns_start_duration_seconds_sum"))
                .isBetween(0.001, 60.0);
        assertThat(value(CALLS + "{command=\"add_hostfwd\"}")).isEqualTo(3);
        assertThat(value(CALLS + "{command=\"list_hostfwd\"}")).isPositive();
        assertThat(value("rootlessnetwork_networks{reason=\"NetworkReady\"}")).isEqualTo(1);
        assertThat(value("rootlessnetwork_forwards{protocol=\"TCP\",state=\"Active\"}"))
                .isEqualTo(3);

        converge(Plans.run("web", pid(), Plans.tcp("http", "127.0.0.1", 18080, 80, 1)));
        assertThat(value(CALLS + "{command=\"remove_hostfwd\"}")).isEqualTo(2);
        assertThat(value("rootlessnetwork_forwards{protocol=\"TCP\",state=\"Active\"}"))
                .isEqualTo(1);
        assertThat(new Samples(agent).told("rootlessnetwork_slirp4netns_restarts_total"))
                .isEmpty();
        assertThat(new Samples(agent).told("rootlessnetwork_slirp4netns_api_errors_total"))
                .isEmpty();
    }

    @Test
    void countsARestartForOtherOptions() {
        converge(Plans.run("web", pid()));
        converge(Plans.run("web", pid(), Plans.options(9000)));
        assertThat(restarts("options_changed")).isEqualTo(1);
        assertThat(value(STARTS)).isEqualTo(2);
    }

    @Test
    void countsADeathAndTheRestartAfterIt() {
        Observation first = converge(Plans.run("web", pid()));
        ProcessHandle.of(first.slirp().pid()).orElseThrow().destroyForcibly();
        awaitChange();
        assertThat(converge(Plans.run("web", pid())).restarts()).isEqualTo(1);
        assertThat(restarts("died")).isEqualTo(1);
        assertThat(value(STARTS)).isEqualTo(2);
    }

    @Test
    void countsARestartForAnotherTarget() throws IOException {
        converge(Plans.run("web", pid()));
        try (TargetProcess next = TargetProcess.inNetworkNamespace()) {
            converge(Plans.run("web", new Target.Pid(next.pid())));
            assertThat(restarts("target_changed")).isEqualTo(1);
            assertThat(restarts("died")).isZero();
        }
    }

    @Test
    void takesTheEndOfATargetThatIsReplacedAtOnceForNoDeathOfSlirp4netns() throws IOException {
        Path file = temporary.resolve("web.pid");
        Files.writeString(file, target.pid() + "\n");
        Observation first = converge(Plans.run("web", new Target.PidFile(file)));
        try (TargetProcess next = TargetProcess.inNetworkNamespace()) {
            fixture.changed.clear();
            target.kill();
            ProcessHandle.of(first.slirp().pid())
                    .ifPresent(slirp -> slirp.onExit().join());
            awaitChange();
            Files.writeString(file, next.pid() + "\n");
            Observation second = converge(Plans.run("web", new Target.PidFile(file)));
            assertThat(second.slirpProblem()).isNull();
            assertThat(second.target().pid()).isEqualTo(next.pid());
            assertThat(second.restarts()).isZero();
            assertThat(restarts("target_changed")).isEqualTo(1);
            assertThat(restarts("died")).isZero();
        }
    }

    @Test
    void countsNoRestartWhereTheTargetIsGone() {
        converge(Plans.run("web", pid()));
        target.kill();
        awaitChange();
        converge(Plans.run("web", pid()));
        assertThat(new Samples(agent).told("rootlessnetwork_slirp4netns_restarts_total"))
                .isEmpty();
        assertThat(value("rootlessnetwork_networks{reason=\"TargetExited\"}")).isEqualTo(1);
    }

    @Test
    void countsARestartOfOneThatLostItsSocket() throws IOException {
        converge(Plans.run("web", pid()));
        try (Stream<Path> files = Files.walk(temporary.resolve("state"))) {
            Files.delete(
                    files.filter(file -> file.endsWith("api.sock")).findFirst().orElseThrow());
        }
        converge(Plans.run("web", pid()));
        assertThat(restarts("api_socket_missing")).isEqualTo(1);
    }

    @Test
    void countsStartsThatFail() throws IOException {
        fixture.restartWith(Stub.slirp4netns(temporary, "exit 3"), Duration.ofSeconds(5));
        converge(Plans.run("web", pid()));
        assertThat(new Samples(agent).told("rootlessnetwork_slirp4netns_start_failures_total"))
                .containsExactly("rootlessnetwork_slirp4netns_start_failures_total{reason=\"StartFailed\"} 1.0");
        assertThat(value(STARTS)).isZero();
        assertThat(value("rootlessnetwork_networks{reason=\"StartFailed\"}")).isEqualTo(1);
    }

    @Test
    void countsCallsThatFail() throws IOException {
        Observation first = converge(Plans.run("web", pid()));
        try (Stream<Path> files = Files.walk(temporary.resolve("state"))) {
            Path socket =
                    files.filter(file -> file.endsWith("api.sock")).findFirst().orElseThrow();
            Files.delete(socket);
            Files.createFile(socket);
        }
        Observation second = converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        assertThat(second.slirp()).isEqualTo(first.slirp());
        assertThat(value("rootlessnetwork_slirp4netns_api_errors_total{command=\"list_hostfwd\"}"))
                .isPositive();
        assertThat(value("rootlessnetwork_forwards{protocol=\"TCP\",state=\"Failed\"}"))
                .isEqualTo(1);
    }
}
