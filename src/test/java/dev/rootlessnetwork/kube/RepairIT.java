package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.condition;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with a running network is mended at once, and told by status and events, never by a flood of them. */
class RepairIT {
    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
        target.serveTcpEcho("0.0.0.0", 80);
        node.startAgent();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private int killAndAwaitNext(int slirp, int restarts) {
        TestNode.kill(slirp);
        RootlessNetworkStatus status = node.objects.awaitStatus(
                "web",
                next -> next.slirp4netns() != null
                        && next.slirp4netns().restarts() == restarts
                        && next.slirp4netns().pid() != null);
        return TestNode.slirp(status);
    }

    private List<Event> awaitEvents(String... reasons) {
        return await("events " + List.of(reasons))
                .atMost(DEADLINE)
                .until(
                        () -> node.objects.events("web"),
                        events -> events.stream().map(Event::getReason).toList().containsAll(List.of(reasons)));
    }

    @Test
    void bringsAKilledSlirp4netnsBackAndTellsOfIt() {
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        RootlessNetworkStatus before = node.objects.awaitReady("web");
        int next = killAndAwaitNext(TestNode.slirp(before), 1);
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");

        List<Event> events = awaitEvents("Started", "Exited", "Restarted");
        assertThat(events)
                .extracting(Event::getReason, Event::getType, Event::getAction, Event::getReportingInstance)
                .containsExactlyInAnyOrder(
                        tuple("Started", "Normal", "Start", node.name),
                        tuple("Exited", "Warning", "Run", node.name),
                        tuple("Restarted", "Normal", "Start", node.name));
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getRegarding().getUid())
                    .isEqualTo(node.objects.get("web").uid());
            assertThat(event.getRegarding().getKind()).isEqualTo("RootlessNetwork");
            assertThat(event.getReportingController()).isEqualTo("rootlessnetwork.dev/agent");
        });
        assertThat(events)
                .filteredOn(event -> event.getReason().equals("Restarted"))
                .extracting(Event::getNote)
                .containsExactly("slirp4netns runs as process " + next + " for process " + target.pid());
        assertThat(node.objects.kubectl("describe", "rln", "web").orFail().stdout())
                .containsPattern("Normal +Started")
                .containsPattern("Warning +Exited")
                .containsPattern("Normal +Restarted");
    }

    @Test
    void tellsOfDeathsInARowInOneEvent() {
        node.objects.apply("web", node.spec(target));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));
        for (int death = 1; death <= 3; death++) {
            slirp = killAndAwaitNext(slirp, death);
        }
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(node.objects.events("web"))
                        .extracting(
                                Event::getReason,
                                event -> event.getSeries() == null
                                        ? 1
                                        : event.getSeries().getCount())
                        .containsExactlyInAnyOrder(tuple("Started", 1), tuple("Exited", 3), tuple("Restarted", 3)));
    }

    @Test
    void tellsAtOnceThatTheTargetHasEnded() {
        TargetProcess shortLived = node.target();
        node.objects.apply("web", node.spec(shortLived, port("http", 18080, 80)));
        int slirp = TestNode.slirp(node.objects.awaitReady("web"));

        shortLived.kill();

        RootlessNetworkStatus status = node.objects.awaitReason("web", "TargetExited");
        assertThat(condition(status, "Stalled").reason()).isEqualTo("TargetExited");
        assertThat(condition(status, "Ready").message())
                .isEqualTo("process " + shortLived.pid()
                        + " has ended: start it anew and put its process ID into spec.target.pid");
        assertThat(status.slirp4netns()).isNull();
        await().atMost(DEADLINE).until(() -> !TestNode.isAlive(slirp));
    }

    @Test
    void followsThePidFileOfATargetThatIsReplaced() throws IOException {
        Path file = Files.writeString(temporary.resolve("web.pid"), target.pid() + "\n");
        node.objects.apply(
                "web", TestNamespace.spec(node.name, "{pidFile: " + file + "}", "{portHandler: slirp4netns}"));
        assertThat(node.objects.awaitReady("web").target().pid()).isEqualTo(target.pid());
        TargetProcess next = node.target();
        Files.writeString(file, next.pid() + "\n");
        target.close();
        RootlessNetworkStatus status = node.objects.awaitStatus(
                "web",
                now -> now.target() != null
                        && Integer.valueOf(next.pid()).equals(now.target().pid())
                        && condition(now, "Ready").status().equals("True"));
        assertThat(status.slirp4netns().restarts()).isZero();
        next.run("ip", "link", "show", "tap0").orFail();
    }

    @Test
    void tellsOnceThatAPortIsTakenAndOnceThatItIsNotAnyMore() throws IOException {
        try (ServerSocket taken = new ServerSocket(18080, 1, InetAddress.getByName("0.0.0.0"))) {
            node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
            node.objects.awaitReason("web", "PortConflict");
            // a spec that changes makes it try again and fail again, for the same reason
            node.objects.apply("web", node.spec(target, port("http", 18080, 80), port("more", 18081, 80)));
            node.objects.awaitStatus("web", status -> Long.valueOf(2).equals(status.observedGeneration()));
            assertThat(taken.isBound()).isTrue();
        }
        node.objects.awaitReady("web");
        assertThat(awaitEvents("PortFailed", "PortRecovered"))
                .extracting(Event::getReason, Event::getNote, event -> event.getSeries() == null)
                .contains(
                        tuple(
                                "PortFailed",
                                "port http: TCP 0.0.0.0:18080 is in use by another process of this host: end that,"
                                        + " or choose another hostPort or hostIP",
                                true),
                        tuple("PortRecovered", "port http is active on 0.0.0.0:18080", true))
                .hasSize(3);
    }
}
