package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.Stub;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that go at awkward moments, come back under their name, or move to another node. */
class ObjectLifeIT {
    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private RootlessNetworkStatus awaitAnotherSlirp(int before) {
        return node.objects.awaitStatus(
                "web",
                status -> status.slirp4netns() != null
                        && status.slirp4netns().pid() != null
                        && status.slirp4netns().pid() != before);
    }

    @Test
    void givesAnObjectThatWasMadeAnewItsOwnNetwork() {
        node.startAgent();
        target.serveTcpEcho("0.0.0.0", 80);
        String spec = node.spec(target, port("http", 18080, 80));
        for (int round = 0; round < 5; round++) {
            node.objects.apply("web", spec);
            int old = TestNode.slirp(node.objects.awaitReady("web"));
            String oldUid = node.objects.get("web").uid();

            node.server
                    .kubectlOn(node.objects.manifest("web", spec), "replace", "--force", "--grace-period=0")
                    .orFail();

            assertThat(node.objects.get("web").uid()).isNotEqualTo(oldUid);
            int slirp = TestNode.slirp(node.objects.awaitReady("web"));
            assertThat(slirp).isNotEqualTo(old);
            await().atMost(DEADLINE).until(() -> !TestNode.isAlive(old));

            TestNode.kill(slirp);
            RootlessNetworkStatus repaired = awaitAnotherSlirp(slirp);
            assertThat(repaired.slirp4netns().restarts()).isEqualTo(1);
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");
        }
        node.objects.delete("web");
        node.awaitNoNetworks();
    }

    @Test
    void leavesNothingOfAnObjectThatIsDeletedWhileItIsStarted() throws IOException {
        Path pidFile = temporary.resolve("pid");
        Path hanging = Stub.slirp4netns(
                temporary, "echo $$ >" + pidFile + ".new; mv " + pidFile + ".new " + pidFile + "; exec sleep infinity");
        Agent agent = node.startAgent(node.settings().withSlirp4netns(hanging, Duration.ofSeconds(8)));
        node.objects.apply("web", node.spec(target));
        await().atMost(DEADLINE).until(() -> Files.exists(pidFile));
        node.objects.awaitReason("web", "Starting");
        int process = Integer.parseInt(Files.readString(pidFile).strip());

        node.objects.delete("web");

        node.awaitNoNetworks();
        assertThat(TestNode.isAlive(process)).isFalse();
        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
        assertThat(agent.metrics().lines())
                .filteredOn(line -> line.startsWith("rootlessnetwork_networks{"))
                .allMatch(line -> line.endsWith(" 0.0"));
        node.stopAgent();
        assertThat(node.server.requestsOf(ShippedRights.user(node.name)))
                .as("nothing is told of one that is gone")
                .noneMatch(request -> request.code() == 404);
    }

    /** The first start, of the old object, ends while the new one waits for its fifth, by a timer that goes by the name. */
    @Test
    void triesAnObjectAgainAlthoughWorkOnItsPredecessorEndsLate() throws IOException {
        Path starts = Files.createDirectory(temporary.resolve("starts"));
        Path stub = Stub.slirp4netns(
                temporary,
                "n=1; while ! mkdir " + starts + "/$n 2>/dev/null; do n=$((n + 1)); done\n"
                        + "[ $n -ne 1 ] || exec sleep infinity\n"
                        + "[ $n -gt 5 ] || exit 1\n"
                        + "exec slirp4netns \"$@\"");
        node.startAgent(node.settings().withSlirp4netns(stub, Duration.ofSeconds(4)));
        node.objects.apply("web", node.spec(target));
        await().atMost(DEADLINE).until(() -> Files.exists(starts.resolve("1")));

        node.objects.delete("web");
        node.objects.apply("web", node.spec(node.target()));

        node.objects.awaitReady("web");
    }

    @Test
    void saysThatItIsStartingWhileThatTakesLong() throws IOException {
        Path hanging = Stub.slirp4netns(temporary, "exec sleep infinity");
        node.startAgent(node.settings().withSlirp4netns(hanging, Duration.ofSeconds(10)));
        node.objects.apply("web", node.spec(target));
        node.objects.awaitReason("web", "Starting");
        node.objects.awaitReason("web", "ReadyTimeout");
        node.objects.delete("web");
        node.awaitNoNetworks();
    }

    @Test
    void movesWithItsObjectToAnotherNode() {
        try (TestNode other = new TestNode(temporary)) {
            node.startAgent();
            other.startAgent();
            node.objects.apply("web", node.spec(target));
            int first = TestNode.slirp(node.objects.awaitReady("web"));
            TargetProcess there = other.target();

            node.objects.apply("web", other.spec(there));

            RootlessNetworkStatus moved = node.objects.awaitStatus(
                    "web",
                    status -> status.target() != null
                            && other.name.equals(status.target().nodeName()));
            node.objects.awaitReady("web");
            assertThat(TestNode.slirp(moved)).isNotEqualTo(first);
            node.awaitNoNetworks();
            assertThat(TestNode.isAlive(first)).isFalse();

            node.objects.apply("web", node.spec(target));
            node.objects.awaitStatus(
                    "web",
                    status -> status.target() != null
                            && node.name.equals(status.target().nodeName()));
            node.objects.awaitReady("web");
            other.awaitNoNetworks();
        }
    }

    @Test
    void leavesObjectsOfOtherNodesAlone() {
        node.startAgent();
        TargetProcess another = node.target();
        node.objects.apply("elsewhere", TestNamespace.spec("elsewhere", another.pid()));
        node.objects.apply("web", node.spec(target));
        node.objects.awaitReady("web");
        assertThat(node.objects.waitsForAnAgent("elsewhere")).isTrue();
        assertThat(node.objects.events("elsewhere")).isEmpty();
        assertThat(node.server.requestsOf(ShippedRights.user(node.name)))
                .noneMatch(request -> request.name().startsWith("elsewhere"));
    }

    @Test
    void stopsTheNetworkOfAnObjectThatSomebodysFinalizerHolds() {
        node.startAgent();
        node.objects.apply("web", node.spec(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        node.objects
                .kubectl(
                        "patch",
                        "rln",
                        "web",
                        "--type=merge",
                        "--patch={\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}")
                .orFail();

        node.objects.delete("web");

        node.awaitNoNetworks();
        assertThat(TestNode.isAlive(slirp)).isFalse();
        assertThat(node.objects.get("web").isMarkedForDeletion()).isTrue();
        node.objects
                .kubectl("patch", "rln", "web", "--type=merge", "--patch={\"metadata\":{\"finalizers\":null}}")
                .orFail();
        assertThat(node.objects.kubectl("get", "rln", "web").stderr()).contains("NotFound");
    }
}
