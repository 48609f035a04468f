package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rootlessnet controller} as packaged: what it tells by HTTP, in its log, and in its state directory. */
class AgentProgramIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;
    private Path output;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
        output = temporary.resolve("output");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private int killAndAwaitNext(RootlessNetworkStatus before) {
        int slirp = TestNode.slirp(before);
        TestNode.kill(slirp);
        return TestNode.slirp(node.objects.awaitStatus(
                "web",
                status -> status.slirp4netns() != null
                        && status.slirp4netns().restarts() == 1
                        && status.slirp4netns().pid() != null));
    }

    @Test
    void tellsOfItsHealthAndItsNetworksByHttp() throws Exception {
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output)) {
            node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
            killAndAwaitNext(node.objects.awaitReady("web"));

            assertThat(agent.get("/livez").statusCode()).isEqualTo(200);
            assertThat(agent.get("/readyz").body()).isEqualTo("ok\n");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(agent.get("/metrics").body().lines())
                            .contains(
                                    "rootlessnetwork_networks{reason=\"NetworkReady\"} 1.0",
                                    "rootlessnetwork_forwards{protocol=\"TCP\",state=\"Active\"} 1.0",
                                    "rootlessnetwork_event_writes_total{result=\"success\"} 3.0",
                                    "rootlessnetwork_slirp4netns_restarts_total{reason=\"died\"} 1.0")
                            .anyMatch(line -> line.startsWith("rootlessnetwork_watch_last_event_age_seconds ")));

            node.objects.delete("web");
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(agent.get("/metrics").body().lines())
                            .contains("rootlessnetwork_networks{reason=\"NetworkReady\"} 0.0"));
            agent.end("SIGTERM");
            assertThat(agent.program().output()).contains("Stopping; networks run on");
        }
    }

    @Test
    void tellsWhatCameThroughThePortsOfAnObject() {
        target.serveTcpEcho("0.0.0.0", 80);
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output)) {
            node.objects.apply(
                    "web",
                    TestNamespace.spec(
                            node.name,
                            "{pid: " + target.pid() + "}",
                            "{portHandler: rootlesskit}",
                            port("http", 18080, 80)));
            node.objects.awaitReady("web");
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1000)).isEqualTo("same");
            String labels = "{name=\"web\",namespace=\"" + node.name + "\",port=\"http\",protocol=\"TCP\"}";
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(agent.get("/metrics").body().lines())
                            .contains(
                                    "rootlessnetwork_relay_up 1.0",
                                    "rootlessnetwork_relay_connections_open" + labels + " 0.0",
                                    "rootlessnetwork_relay_connections_total" + labels + " 1.0",
                                    "rootlessnetwork_relay_received_bytes_total" + labels + " 1000.0",
                                    "rootlessnetwork_relay_sent_bytes_total" + labels + " 1000.0",
                                    "rootlessnetwork_relay_refused_total" + labels + " 0.0"));
            node.objects.delete("web");
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(agent.get("/metrics").body()).doesNotContain("name=\"web\""));
        }
    }

    @Test
    void logsWhichNetworkOnWhichNodeALineIsAbout() {
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output)) {
            node.objects.apply("web", node.spec(target));
            int slirp = TestNode.slirp(node.objects.awaitReady("web"));
            killAndAwaitNext(node.objects.get("web").getStatus());
            String uid = node.objects.get("web").uid();
            assertThat(agent.program().output().lines())
                    .allMatch(line -> line.startsWith("time=") && line.contains(" node=" + node.name))
                    .anyMatch(line -> line.contains("slirp4netns ended by itself")
                            && line.contains("(PID " + slirp + ")")
                            && line.contains(" namespace=" + node.name + " name=web uid=" + uid + " "));
        }
    }

    @Test
    void logsTheSameAsJson() {
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output, "--log-format=json")) {
            node.objects.apply("web", node.spec(target));
            int slirp = TestNode.slirp(node.objects.awaitReady("web"));
            String uid = node.objects.get("web").uid();
            node.objects.delete("web");
            node.awaitNoNetworks();
            List<JsonNode> lines =
                    agent.program().output().lines().map(AgentProgramIT::parse).toList();
            assertThat(lines).allMatch(line -> line.path("node").asText().equals(node.name));
            assertThat(lines)
                    .filteredOn(line -> line.path("message").asText().startsWith("Stopping slirp4netns"))
                    .singleElement()
                    .satisfies(line -> {
                        assertThat(line.path("level").asText()).isEqualTo("INFO");
                        assertThat(line.path("namespace").asText()).isEqualTo(node.name);
                        assertThat(line.path("name").asText()).isEqualTo("web");
                        assertThat(line.path("uid").asText()).isEqualTo(uid);
                        assertThat(line.path("pid").asText()).isEqualTo(String.valueOf(slirp));
                    });
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private List<JsonNode> got() throws IOException {
        CommandResult result = Program.run("get", "--state-dir=" + node.state, "-o", "json");
        return StreamSupport.stream(
                        JSON.readTree(result.orFail().stdout()).path("items").spliterator(), false)
                .toList();
    }

    private void awaitGot(String... names) {
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(got())
                        .extracting(object -> object.at("/metadata/name").asText())
                        .containsExactly(names));
    }

    @Test
    void showsTheObjectsOfItsNodeOnTheMachineAlsoWhenItIsNotThere() throws Exception {
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        node.objects.apply("none", TestNamespace.spec(node.name, 1, port("http", 18081, 80)));
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output)) {
            RootlessNetworkStatus status = node.objects.awaitReady("web");
            node.objects.awaitReason("none", "TargetNotAllowed");
            awaitGot("none", "web");
            JsonNode web = got().get(1);
            assertThat(web.at("/metadata/namespace").asText()).isEqualTo(node.name);
            assertThat(web.at("/metadata/uid").asText())
                    .isEqualTo(node.objects.get("web").uid());
            assertThat(web.at("/metadata/managedFields").isMissingNode()).isTrue();
            assertThat(web.at("/status/slirp4netns/pid").asInt()).isEqualTo(TestNode.slirp(status));
            agent.end("SIGTERM");
        }
        awaitGot("none", "web");
        node.objects.delete("none");
        try (AgentProgram next = AgentProgram.startReady(node.settings(), output)) {
            awaitGot("web");
            node.objects.delete("web");
            awaitGot();
            node.awaitNoNetworks();
            assertThat(next.program().isAlive()).isTrue();
        }
    }

    @Test
    void forgetsOnItsReturnAnObjectThatNeverHadANetworkAndIsGone() throws Exception {
        node.objects.apply(
                "invalid",
                TestNamespace.spec(node.name, "{pid: 1}", "{portHandler: slirp4netns, outboundAddr: absent0}"));
        try (AgentProgram agent = AgentProgram.startReady(node.settings(), output)) {
            node.objects.awaitReason("invalid", "InvalidSpec");
            awaitGot("invalid");
            agent.end("SIGTERM");
        }
        node.objects.delete("invalid");
        try (AgentProgram next = AgentProgram.startReady(node.settings(), output)) {
            node.awaitNoNetworks();
            assertThat(next.program().isAlive()).isTrue();
        }
    }

    @Test
    void waitsForTheStateDirectoryAndTakesOverWhenItIsFree() throws Exception {
        try (AgentProgram first = AgentProgram.startReady(node.settings(), output);
                AgentProgram next = new AgentProgram(node.settings(), temporary.resolve("next"))) {
            await().atMost(DEADLINE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> next.get("/readyz").body().contains("waiting"));
            assertThat(next.get("/readyz").body())
                    .contains("waiting for state directory " + node.state + ", which is owned by process "
                            + first.program().pid());
            assertThat(next.get("/livez").statusCode()).isEqualTo(200);
            first.end("SIGTERM");
            next.awaitReady();
        }
    }

    @Test
    void saysWhatIsWrongWithItsAccessOrItsAddressAndEnds() throws IOException {
        Path garbled = Files.writeString(temporary.resolve("garbled"), "{{{");
        assertRefused(
                1,
                "cannot use the access to the API server that " + garbled + " tells of: ",
                "--kubeconfig=" + garbled);
        assertRefused(
                2,
                "--kubeconfig: cannot read " + temporary.resolve("absent"),
                "--kubeconfig=" + temporary.resolve("absent"));
        assertRefused(
                1,
                "cannot listen on " + node.server.address()
                        + ": Address already in use; end what listens there, or choose another address or port by --health-address",
                "--kubeconfig=" + node.kubeconfig,
                "--health-address=" + node.server.address());
    }

    private void assertRefused(int exitCode, String message, String... flags) {
        CommandResult result = Program.run(Stream.concat(
                        Stream.of("controller", "--node-name=n", "--state-dir=" + node.state, "--log-level=error"),
                        Stream.of(flags))
                .toArray(String[]::new));
        assertThat(result.stderr())
                .startsWith("rootlessnet controller: " + message)
                .hasLineCount(1);
        assertThat(result.exitStatus()).isEqualTo(exitCode);
        assertThat(result.stdout()).isEmpty();
    }
}
