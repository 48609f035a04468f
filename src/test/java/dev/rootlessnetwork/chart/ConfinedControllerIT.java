package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.Main;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.kube.TestNamespace;
import dev.rootlessnetwork.kube.TestNode;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Container;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestCgroup;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The agent of a node as the chart runs it, but for the kubelet: in a root of its own, with the state directory mounted, under the
 * chart's profile and capabilities, before a real API server. An init container has made the cgroup.
 */
class ConfinedControllerIT {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PORT = 9690;
    private static final int USER = 1234;
    private static final List<String> IN_POD = List.of("env", "KUBERNETES_SERVICE_HOST=10.96.0.1");
    private static final Chart CHART = Chart.rendered("");
    private static final Chart DRAINING = Chart.rendered("{drain: true}");

    @TempDir
    Path temporary;

    private Path run;
    private TestNode node;
    private Path kubeconfig;
    private TargetProcess target;
    private TestCgroup cgroup;

    @BeforeEach
    void start() throws IOException {
        run = Files.createTempDirectory(Path.of("/run"), "confined");
        Files.createDirectory(run.resolve("state"));
        node = new TestNode(temporary);
        kubeconfig = Files.copy(node.kubeconfig, temporary.resolve("agent.conf")); // the other is below /run
        target = TargetProcess.ofOrdinaryUser(USER);
        target.serveTcpEcho("0.0.0.0", 80);
        cgroup = new TestCgroup();
    }

    @AfterEach
    void stop() throws IOException {
        target.close();
        node.close();
        cgroup.close();
        CommandResult.run("rm", "-r", run.toString()).orFail();
    }

    /** Of the host's /run, of which the container sees only the state directory; for its user alone. */
    private Path pidFile() throws IOException {
        Path directory = run.resolve("private");
        CommandResult.run("install", "--directory", "--owner=" + USER, "--mode=0700", directory.toString())
                .orFail();
        CommandResult.run("chmod", "0755", run.toString()).orFail();
        Path file = Files.writeString(directory.resolve("web.pid"), target.pid() + "\n");
        CommandResult.run("chown", "" + USER, file.toString()).orFail();
        return file;
    }

    /** What it says: on both streams. */
    private Container prepare(List<String> capabilities) throws IOException {
        List<String> outer = Stream.of(
                        IN_POD, List.of("sh", "-c", "exec \"$@\" 2>&1", "sh"), Confinement.bounds(capabilities))
                .flatMap(List::stream)
                .toList();
        return new Container(List.of(), outer, Main.class, "prepare-node", "--cgroup", cgroup.name());
    }

    private void prepare() throws IOException {
        try (Container init = prepare(Chart.capabilities(CHART.preparation()))) {
            await().atMost(DEADLINE).until(() -> init.lines().contains("cgroup " + cgroup.name() + " is there"));
        }
    }

    private Container controller(List<String> capabilities, String... more) throws IOException {
        List<String> outer = Confinement.of(capabilities, List.of());
        List<String> arguments = new ArrayList<>(List.of(
                "controller",
                "--node-name=" + node.name,
                "--kubeconfig=" + kubeconfig,
                "--state-dir=" + run.resolve("state"),
                "--health-address=127.0.0.1:" + PORT,
                "--metrics-address=127.0.0.1:" + PORT,
                "--cgroup=" + cgroup.name()));
        arguments.addAll(List.of(more));
        return new Container(
                run.resolve("state"),
                List.of(),
                Stream.concat(IN_POD.stream(), outer.stream()).toList(),
                Main.class,
                arguments.toArray(String[]::new));
    }

    private static HttpResponse<String> readyz() throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + "/readyz"))
                        .timeout(DEADLINE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitReady() {
        await().atMost(DEADLINE).ignoreExceptions().until(() -> readyz().statusCode() == 200);
    }

    private RootlessNetworkStatus applyAndAwaitReady() throws IOException {
        node.objects.apply(
                "web",
                TestNamespace.spec(
                        node.name,
                        "{pidFile: " + pidFile() + "}",
                        "{portHandler: rootlesskit, enableIPv6: true}",
                        TestNamespace.port("low", 81, 80),
                        TestNamespace.port("high", 18081, 80)));
        return node.objects.awaitReady("web");
    }

    @Test
    void leadsANetworkThroughALifeAndDrainsTheNodeWithTheRightsThatTheChartGives() throws Exception {
        prepare();
        try (Container agent = controller(Chart.capabilities(CHART.agent()))) {
            awaitReady();
            RootlessNetworkStatus status = applyAndAwaitReady();
            int slirp = TestNode.slirp(status);
            assertThat(status.slirp4netns().sandbox()).isTrue();
            assertThat(status.slirp4netns().seccomp()).isTrue();
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 81, 1)).isEqualTo("same");
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18081, 1)).isEqualTo("same");
            assertThat(cgroup.directories("relay")).hasSameSizeAs(TestCgroup.hierarchies());
            assertThat(Files.readString(Path.of("/proc/" + slirp + "/cgroup")))
                    .as("in its own cgroup")
                    .contains("/" + cgroup.name() + "/");

            node.objects.apply("web", TestNamespace.spec(node.name, "{pidFile: " + pidFile() + "}", "{mtu: 1500}"));
            node.objects.awaitStatus(
                    "web",
                    changed -> Long.valueOf(2).equals(changed.observedGeneration())
                            && changed.slirp4netns() != null
                            && !Integer.valueOf(slirp)
                                    .equals(changed.slirp4netns().pid()));
            node.objects.awaitReady("web");
            assertThat(agent.terminate()).isZero();
        }
        try (Container agent = controller(Chart.capabilities(DRAINING.agent()), "--drain")) {
            awaitReady();
            assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
            assertThat(LiveProcesses.relays()).isEmpty();
            assertThat(cgroup.directories("")).isEmpty();
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
            node.objects.awaitReason("web", "Drained");
            assertThat(run.resolve("state").toFile().list()).containsExactly("lock");
            assertThat(agent.terminate()).isZero();
        }
        assertThat(run.resolve("state")).as("although it was mounted").doesNotExist();
    }

    @Test
    void cannotBeDrainedWithoutTheRightToRemoveTheCgroup() throws Exception {
        prepare();
        try (Container agent = controller(Chart.capabilities(CHART.agent()), "--drain")) {
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(readyz().body())
                            .startsWith("draining: relays and files are still to be removed: ")
                            .contains(cgroup.name()));
            assertThat(readyz().statusCode()).isEqualTo(503);
            assertThat(agent.terminate()).isZero();
        }
        assertThat(Chart.capabilities(DRAINING.agent())).contains("DAC_OVERRIDE");
    }

    @ParameterizedTest
    @CsvSource({
        "SYS_PTRACE, its container the capability SYS_PTRACE",
        "DAC_OVERRIDE, AccessDenied",
    })
    void cannotPrepareTheNodeWithoutEachRightOfTheInitContainer(String capability, String words) throws Exception {
        List<String> granted = Chart.capabilities(CHART.preparation());
        assertThat(granted).containsExactlyInAnyOrder("DAC_OVERRIDE", "SYS_PTRACE");
        try (Container init = prepare(
                granted.stream().filter(each -> !each.equals(capability)).toList())) {
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(String.join("\n", init.lines())).contains(words));
        }
        assertThat(cgroup.directories("")).isEmpty();
    }
}
