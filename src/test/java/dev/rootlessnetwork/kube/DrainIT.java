package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.condition;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.FrozenProcess;
import dev.rootlessnetwork.testing.HeldTap;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestCgroup;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way out: an agent that drains leaves nothing on its node, says so, and what it stopped comes back afterwards. */
class DrainIT {
    private static final String MESSAGE =
            "the network was stopped because the agent drains; it starts again when drain ends";

    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
        target.serveTcpEcho("0.0.0.0", 80);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** With ports by the relay, the host port of the second one chosen. */
    private String relayed(TargetProcess process) {
        return TestNamespace.spec(
                node.name,
                "{pid: " + process.pid() + "}",
                "{portHandler: rootlesskit}",
                port("http", 18080, 80),
                "{name: open, containerPort: 80}");
    }

    private List<String> content() {
        try (Stream<Path> files = Files.list(node.state)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the kernel knows of networks in a target's namespace. */
    private static String kernelState(TargetProcess process) {
        return Stream.of("link", "address", "rule", "route", "-6 rule", "-6 route")
                .map(what -> process.run(Stream.concat(Stream.of("ip"), Stream.of(what.split(" ")))
                                .toArray(String[]::new))
                        .orFail()
                        .stdout())
                .reduce("", String::concat);
    }

    private void assertDrained(String object) {
        RootlessNetworkStatus status = node.objects.awaitReason(object, "Drained");
        assertThat(condition(status, "Ready").message()).isEqualTo(MESSAGE);
        assertThat(condition(status, "SlirpReady").reason()).isEqualTo("Drained");
        assertThat(condition(status, "Reconciling").status()).isEqualTo("True");
        assertThat(status.conditions()).noneMatch(condition -> condition.type().equals("Stalled"));
        assertThat(status.slirp4netns()).isNull();
        assertThat(status.ports()).allMatch(port -> port.state().equals("Pending"));
    }

    @Test
    void leavesNothingBehindAndStartsEverythingAgainAfterwards() throws Exception {
        target.run("ip", "link", "set", "lo", "up").orFail(); // stays as a network leaves it
        String kernelBefore = kernelState(target);
        node.startAgent();
        TargetProcess other = node.target();
        node.objects.apply("web", relayed(target));
        node.objects.apply("plain", node.spec(other, port("http", 18081, 80)));
        node.objects.apply("gone", node.spec(node.target()));
        RootlessNetworkStatus before = node.objects.awaitReady("web");
        node.objects.awaitReady("plain");
        node.objects.awaitReady("gone");
        Integer chosen = before.ports().get(1).hostPort();

        try (EchoStream download = new EchoStream(18080)) {
            download.awaitMore();
            node.stopAgent();
            node.objects.delete("gone");
            node.startAgent(node.settings().draining());

            assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
            assertThat(LiveProcesses.relays()).isEmpty();
            assertThat(content()).containsExactly("lock");
            assertThat(kernelState(target)).isEqualTo(kernelBefore);
        }
        assertDrained("web");
        assertDrained("plain");
        RootlessNetworkStatus drained = node.objects.get("web").getStatus();
        assertThat(drained.target()).as("not to be bound to a stranger later").isEqualTo(before.target());
        assertThat(drained.ports().get(1).hostPort()).isEqualTo(chosen);

        node.objects.apply("late", node.spec(node.target()));
        assertDrained("late");
        node.objects.apply("web", relayed(target).replace("18080", "18090"));
        node.objects.awaitStatus("web", status -> Long.valueOf(2).equals(status.observedGeneration()));
        assertDrained("web");
        assertThat(content()).containsExactly("lock");
        node.stopAgent();
        assertThat(node.state).doesNotExist();

        node.startAgent();
        RootlessNetworkStatus after = node.objects.awaitReady("web");
        node.objects.awaitReady("plain");
        node.objects.awaitReady("late");
        assertThat(after.target()).isEqualTo(before.target());
        assertThat(after.ports().get(1).hostPort()).isEqualTo(chosen);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18090, 1)).isEqualTo("same");
    }

    @Test
    void isNotReadyBeforeTheLastNetworkIsStopped() {
        node.startAgent();
        node.objects.apply("web", node.spec(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        node.stopAgent();
        // It cannot act on SIGTERM, so that two seconds pass until it is killed.
        CommandResult.run("kill", "-STOP", Integer.toString(slirp)).orFail();

        Agent agent = Agent.start(node.settings().draining());
        try {
            await().atMost(DEADLINE).ignoreExceptions().untilAsserted(() -> {
                assertThat(agent.readyz().body()).startsWith("draining: 1 network is still to be stopped");
                assertThat(agent.readyz().statusCode()).isEqualTo(503);
            });
            await().atMost(DEADLINE).until(agent::isReady);
            assertThat(TestNode.isAlive(slirp)).isFalse();
            assertThat(agent.metrics()).contains("rootlessnetwork_networks{reason=\"Drained\"} 1.0");
        } finally {
            agent.close();
        }
        assertDrained("web");
    }

    @Test
    void removesTheCgroupsThatNetworksWereIn() throws IOException {
        try (TestCgroup cgroup = new TestCgroup()) {
            node.startAgent(node.settings().inCgroup(cgroup.name()));
            node.objects.apply("web", relayed(target));
            node.objects.awaitReady("web");
            assertThat(cgroup.directories("relay")).isNotEmpty();
            node.stopAgent();

            node.startAgent(node.settings().inCgroup(cgroup.name()).draining());

            assertThat(cgroup.directories("")).isEmpty();
            assertThat(content()).containsExactly("lock");
        }
    }

    /** Frozen, it does not even end by SIGKILL. */
    @Test
    void isNotReadyWhileAProcessGoesOnAndEndsItOnceThatIsPossible() throws IOException {
        node.startAgent();
        node.objects.apply("web", relayed(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        node.stopAgent();

        try (FrozenProcess frozen = new FrozenProcess(slirp);
                Agent agent = Agent.start(node.settings().draining())) {
            String left = "slirp4netns (PID " + slirp
                    + ") has not ended 2 s after SIGKILL: it hangs in the kernel, or its cgroup is"
                    + " frozen; see /proc/" + slirp + "/stack and cgroup";
            await().atMost(DEADLINE).ignoreExceptions().untilAsserted(() -> {
                assertThat(agent.readyz().body()).startsWith("draining: 1 network is still to be stopped: " + left);
                assertThat(agent.readyz().statusCode()).isEqualTo(503);
            });
            RootlessNetworkStatus status = node.objects.awaitReason("web", "Drained");
            assertThat(condition(status, "Ready").message())
                    .isEqualTo("the network is being stopped because the agent drains, again and again: " + left);
            assertThat(content()).as("for the next agent to find it by").contains("networks");
            assertThat(frozen.isThere()).isTrue();

            frozen.thaw();
            await().atMost(DEADLINE).until(agent::isReady);
            assertThat(TestNode.isAlive(slirp)).isFalse();
            assertThat(content()).containsExactly("lock");
            assertDrained("web");
        }
    }

    @Test
    void isNotReadyWhileSomebodyKeepsTheInterface() throws IOException {
        node.startAgent();
        node.objects.apply("web", node.spec(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        node.stopAgent();
        TestNode.kill(slirp);
        try (HeldTap held = new HeldTap(target, "tap0");
                Agent agent = Agent.start(node.settings().draining())) {
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(agent.readyz().body())
                            .matches(
                                    "draining: 1 network is still to be stopped: the interface tap0 in net:\\[\\d+] cannot be removed:"
                                            + " remove the tap tap0: Device or resource busy \\(EBUSY\\); a process is attached to it; end that"
                                            + " first\\s*"));
            assertThat(held.isAttached()).isTrue();

            held.release();
            await().atMost(DEADLINE).until(agent::isReady);
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
        }
    }

    @Test
    void isNotReadyWhileTheRelayGoesOn() throws IOException {
        node.startAgent();
        node.objects.apply("web", relayed(target));
        node.objects.awaitReady("web");
        node.stopAgent();
        int relay = Integer.parseInt(LiveProcesses.relays().get(0));

        try (FrozenProcess frozen = new FrozenProcess(relay);
                Agent agent = Agent.start(node.settings().draining())) {
            await().atMost(DEADLINE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(agent.readyz().body())
                            .startsWith("draining: relays and files are still to be removed: the relay (PID " + relay
                                    + ") has not ended 2 s after SIGKILL"));
            assertThat(frozen.isThere()).isTrue();

            frozen.thaw();
            await().atMost(DEADLINE).until(agent::isReady);
            assertThat(LiveProcesses.relays()).isEmpty();
            assertThat(content()).containsExactly("lock");
        }
    }

    @Test
    void leavesAloneWhatManifestsStarted() throws IOException {
        node.startAgent();
        node.objects.apply("web", relayed(target));
        node.objects.awaitReady("web");
        node.stopAgent();
        Path manifest = Files.writeString(
                temporary.resolve("mine.yaml"), """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: mine}
                spec: {target: {pid: %d}}
                """.formatted(node.target().pid()));
        Program.run("run", "--once", "--state-dir=" + node.state, manifest.toString())
                .orFail();

        node.startAgent(node.settings().draining());

        assertThat(LiveProcesses.named("slirp4netns")).hasSize(1);
        assertThat(Program.run("get", "--state-dir=" + node.state).stdout())
                .contains("mine")
                .doesNotContain("web");
        node.stopAgent();
        Program.run("delete", "--all", "--state-dir=" + node.state).orFail();
    }
}
