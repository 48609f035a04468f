package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.condition;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent ends, however it does, and the next one takes over what it left: nothing is cut, doubled or forgotten. */
class AgentRestartIT {
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

    /** Every value of the object's Ready condition from now on, a line each. */
    private Process watchReady(Path output) throws IOException {
        Process watch = new ProcessBuilder(node.server.kubectlCommand(
                        node.server.adminKubeconfig(),
                        "--namespace=" + node.name,
                        "get",
                        "rln/web",
                        "--watch",
                        "--output=jsonpath={.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        await().atMost(DEADLINE).until(() -> !Files.readString(output).isEmpty());
        return watch;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGKILL"})
    void connectionsGoOnWhileTheAgentIsReplacedAndWhatWasDeletedMeanwhileIsStopped(String signal) throws Exception {
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        node.objects.apply("gone", node.spec(node.target(), port("http", 18081, 80)));
        node.objects.apply("anew", node.spec(node.target(), port("http", 18082, 80)));
        Path ready = temporary.resolve("ready");
        try (AgentProgram first = AgentProgram.startReady(node.settings(), temporary.resolve("first"))) {
            RootlessNetworkStatus before = node.objects.awaitReady("web");
            int gone = TestNode.slirp(node.objects.awaitReady("gone"));
            int anew = TestNode.slirp(node.objects.awaitReady("anew"));
            Process watch = watchReady(ready);
            try (EchoStream download = new EchoStream(18080)) {
                download.awaitMore();
                first.end(signal);
                download.awaitMore();
                node.objects.delete("gone");
                String spec = node.spec(node.target(), port("http", 18082, 80));
                node.server
                        .kubectlOn(node.objects.manifest("anew", spec), "replace", "--force")
                        .orFail();
                assertThat(TestNode.isAlive(gone)).isTrue();
                assertThat(TestNode.isAlive(anew)).isTrue();

                try (AgentProgram next = AgentProgram.startReady(node.settings(), temporary.resolve("next"))) {
                    await().atMost(DEADLINE).until(() -> !TestNode.isAlive(gone) && !TestNode.isAlive(anew));
                    assertThat(TestNode.slirp(node.objects.awaitReady("anew"))).isNotEqualTo(anew);
                    download.awaitMore();
                    assertThat(next.program().isAlive()).isTrue();
                }
            } finally {
                watch.destroyForcibly().waitFor();
            }
            assertThat(node.objects.get("web").getStatus()).isEqualTo(before);
            assertThat(Files.readString(ready).lines()).containsOnly("True");
            assertThat(LiveProcesses.named("slirp4netns")).hasSize(2).contains(String.valueOf(TestNode.slirp(before)));
        }
    }

    @Test
    void anAgentThatFindsAllAsItShouldBeWritesNothing() {
        node.startAgent();
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        node.objects.awaitReady("web");
        await().atMost(DEADLINE)
                .until(() -> ShippedRights.requests(node.server, node.name).contains("create events"));
        node.stopAgent();
        int before = ShippedRights.requests(node.server, node.name).size();
        node.startAgent();
        node.objects.apply("second", node.spec(node.target()));
        node.objects.awaitReady("second");
        List<String> requests = ShippedRights.requests(node.server, node.name);
        assertThat(requests.subList(before, requests.size()))
                .startsWith("list rootlessnetworks")
                .filteredOn(request -> request.startsWith("patch"))
                .as("those of the second object, one more where its start takes long")
                .hasSizeBetween(1, 2);
        assertThat(node.server.requestsOf(ShippedRights.user(node.name)).stream()
                        .skip(before)
                        .filter(request -> request.name().equals("web")))
                .isEmpty();
    }

    @Test
    void theStatusBringsBackWhatALostStateDirectoryKnew() throws IOException {
        node.startAgent();
        node.objects.apply("web", node.spec(target, "{name: open, containerPort: 80}"));
        RootlessNetworkStatus before = node.objects.awaitReady("web");
        Integer chosen = before.ports().get(0).hostPort();
        node.stopAgent();
        forgetState();

        node.startAgent();
        RootlessNetworkStatus after = node.objects.awaitStatus(
                "web",
                status -> status.slirp4netns() != null
                        && !before.slirp4netns()
                                .pid()
                                .equals(status.slirp4netns().pid()));
        node.objects.awaitReady("web");

        assertThat(after.target()).isEqualTo(before.target());
        assertThat(after.ports()).extracting(PortStatus::hostPort).containsExactly(chosen);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", chosen, 1)).isEqualTo("same");
        await().atMost(DEADLINE)
                .untilAsserted(
                        () -> assertThat(LiveProcesses.named("slirp4netns")).hasSize(1));
    }

    @Test
    void anotherProcessUnderTheNumberIsNotTakenForTheTargetAlthoughTheStateDirectoryIsLost() throws IOException {
        node.startAgent();
        node.objects.apply("web", node.spec(target));
        node.objects.awaitReady("web");
        node.stopAgent();
        forgetState();
        // as if the target had been one that started earlier
        node.objects
                .kubectl(
                        "patch",
                        "rln",
                        "web",
                        "--subresource=status",
                        "--type=merge",
                        "--patch={\"status\":{\"target\":{\"startTime\":1}}}")
                .orFail();

        node.startAgent();

        RootlessNetworkStatus status = node.objects.awaitReason("web", "TargetExited");
        assertThat(condition(status, "Stalled").message())
                .startsWith("process " + target.pid() + ", to which this network was bound, has ended");
        await().atMost(DEADLINE)
                .untilAsserted(
                        () -> assertThat(LiveProcesses.named("slirp4netns")).isEmpty());
    }

    private void forgetState() throws IOException {
        try (Stream<Path> tree = Files.walk(node.state)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
