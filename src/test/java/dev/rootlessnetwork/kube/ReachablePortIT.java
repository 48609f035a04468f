package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From kubectl apply to a port that another host reaches, through edits, to kubectl delete. */
class ReachablePortIT {
    private static final ObjectMapper JSON = new ObjectMapper();

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

    private RootlessNetworkStatus applied(String... ports) {
        node.objects.apply("web", node.spec(target, ports));
        return node.objects.awaitReady("web");
    }

    private static void echo(Socket connection, int letter) throws IOException {
        connection.getOutputStream().write(letter);
        assertThat(connection.getInputStream().read()).isEqualTo(letter);
    }

    @Test
    void servesAnotherHostOnceKubectlHasWaitedForIt() {
        node.startAgent();
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));

        node.objects
                .kubectl("wait", "--for=condition=Ready", "--timeout=60s", "rootlessnetwork/web")
                .orFail();

        try (OtherHost other = new OtherHost()) {
            assertThat(TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18080, 1))
                    .isEqualTo("same");
        }
    }

    @Test
    void tellsWhoWatchesOfTheChange() throws Exception {
        Path output = temporary.resolve("watched");
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        Process watch = new ProcessBuilder(node.server.kubectlCommand(
                        node.server.adminKubeconfig(), "--namespace=" + node.name, "get", "rln", "--watch"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            await().atMost(DEADLINE).until(() -> Files.readString(output).contains("web"));
            assertThat(Files.readString(output)).doesNotContain("True");

            node.startAgent();

            await().atMost(DEADLINE)
                    .until(() -> Files.readString(output)
                            .lines()
                            .anyMatch(line -> line.matches(
                                    "web +True +NetworkReady +" + node.name + " +" + target.pid() + " +1/1 .*")));
        } finally {
            watch.destroyForcibly().waitFor();
        }
    }

    @Test
    void changesPortsWhileConnectionsOfOthersGoOn() throws IOException {
        node.startAgent();
        RootlessNetworkStatus before = applied(port("http", 18080, 80), port("gone", 18081, 80));
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), 18080)) {
            echo(connection, 'a');

            RootlessNetworkStatus after =
                    applied(port("http", 18080, 80), port("more", 18082, 80), port("moved", 18083, 80));

            echo(connection, 'b');
            assertThat(TestNode.slirp(after)).isEqualTo(TestNode.slirp(before));
            assertThat(after.ports()).extracting(PortStatus::hostPort).containsExactly(18080, 18082, 18083);
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18082, 1)).isEqualTo("same");

            RootlessNetworkStatus moved = applied(port("http", 18080, 80), port("moved", 18084, 80));

            echo(connection, 'c');
            assertThat(TestNode.slirp(moved)).isEqualTo(TestNode.slirp(before));
            assertThat(moved.ports()).extracting(PortStatus::hostPort).containsExactly(18080, 18084);
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18084, 1)).isEqualTo("same");
            assertThat(node.objects.events("web"))
                    .extracting(event -> event.getReason())
                    .containsOnly("Started");
        }
    }

    @Test
    void restartsSlirp4netnsOnceForAnotherOption() {
        node.startAgent();
        int before = TestNode.slirp(applied(port("http", 18080, 80)));
        node.objects.apply(
                "web",
                TestNamespace.spec(
                        node.name,
                        "{pid: " + target.pid() + "}",
                        "{portHandler: slirp4netns, mtu: 9000}",
                        port("http", 18080, 80)));
        RootlessNetworkStatus after = node.objects.awaitReady("web");
        assertThat(TestNode.slirp(after)).isNotEqualTo(before);
        assertThat(after.slirp4netns().restarts()).isZero();
        assertThat(after.network().mtu()).isEqualTo(9000);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(node.objects.events("web"))
                        .extracting(event -> event.getReason() + " " + event.getSeries())
                        .containsExactlyInAnyOrder("Started null", "Restarted null"));
    }

    @Test
    void leavesNothingOfADeletedObject() {
        node.startAgent();
        int slirp = TestNode.slirp(applied(port("http", 18080, 80)));
        target.run("ip", "link", "show", "tap0").orFail();

        node.objects.delete("web");

        node.awaitNoNetworks();
        assertThat(TestNode.isAlive(slirp)).isFalse();
        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
    }

    @Test
    void writesTheStatusAndNothingElse() throws IOException {
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        node.objects.kubectl("label", "rln", "web", "team=green").orFail();
        ObjectNode before = read();
        node.startAgent();
        node.objects.awaitReady("web");
        ObjectNode after = read();

        List<JsonNode> ours = after.at("/metadata/managedFields").findParents("manager").stream()
                .filter(entry -> entry.path("manager").asText().equals("rootlessnetwork"))
                .toList();
        assertThat(ours).singleElement().satisfies(entry -> {
            assertThat(entry.path("subresource").asText()).isEqualTo("status");
            assertThat(entry.path("operation").asText()).isEqualTo("Apply");
            assertThat(entry.path("fieldsV1").fieldNames()).toIterable().containsExactly("f:status");
        });
        for (ObjectNode object : List.of(before, after)) {
            object.remove("status");
            ((ObjectNode) object.get("metadata")).remove(List.of("managedFields", "resourceVersion"));
        }
        assertThat(after).isEqualTo(before);
        assertThat(after.at("/metadata/finalizers").isMissingNode()).isTrue();
    }

    private ObjectNode read() throws IOException {
        return (ObjectNode) JSON.readTree(node.objects
                .kubectl("get", "rln", "web", "--output=json", "--show-managed-fields")
                .orFail()
                .stdout());
    }
}
