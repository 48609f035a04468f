package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.condition;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.TargetProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent asks of the API server, by its audit log: as little as can be. */
class RequestsIT {
    private static final String WRITE = "patch rootlessnetworks/status";

    @TempDir
    Path temporary;

    private TestNode node;
    private TargetProcess target;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        target = node.target();
        node.startAgent();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private RootlessNetworkStatus applied(String... ports) {
        node.objects.apply("web", node.spec(target, ports));
        return node.objects.awaitReady("web");
    }

    private List<String> requests() {
        return ShippedRights.requests(node.server, node.name);
    }

    private long writes() {
        return requests().stream().filter(WRITE::equals).count();
    }

    /** Blocks until it has been told of what happened, by its one event; from then on there is nothing to do. */
    private void awaitConverged() {
        await().atMost(DEADLINE).until(() -> requests().contains("create events"));
    }

    /** Other clients change things all around, among them objects of other nodes, for a while. */
    private void letOthersWork() {
        for (int i = 0; i < 10; i++) {
            node.objects.apply("other" + i, TestNamespace.spec("elsewhere", target.pid()));
        }
    }

    @Test
    void listsAndWatchesOnceAndWritesOneStatusAndOneEventForAnObjectThatGetsReady() {
        applied(port("http", 18080, 80));
        awaitConverged();
        assertThat(requests())
                .contains("list rootlessnetworks", "watch rootlessnetworks", WRITE, "create events")
                .filteredOn(request -> !request.equals(WRITE))
                .hasSize(3);
        assertThat(writes()).as("one more where the start takes long").isBetween(1L, 2L);
    }

    @Test
    void asksNothingWhileNothingChanges() {
        applied(port("http", 18080, 80));
        awaitConverged();
        List<String> before = requests();
        letOthersWork();
        assertThat(requests()).isEqualTo(before);
    }

    @Test
    void writesNoStatusForAChangeOfLabels() {
        applied();
        awaitConverged();
        List<String> before = requests();
        node.objects.kubectl("label", "rln", "web", "team=green").orFail();
        node.objects.kubectl("annotate", "rln", "web", "note=none").orFail();
        letOthersWork();
        assertThat(requests()).isEqualTo(before);
    }

    @Test
    void keepsTheTimeOfATransitionOverAnEditThatIsNone() {
        RootlessNetworkStatus before = applied(port("http", 18080, 80));
        String since = condition(before, "Ready").lastTransitionTime();
        await().atMost(DEADLINE)
                .until(() -> Instant.now().isAfter(Instant.parse(since).plusSeconds(1)));
        awaitConverged();
        long writes = writes();

        RootlessNetworkStatus after = applied(port("http", 18080, 80), port("more", 18081, 80));

        assertThat(condition(after, "Ready").lastTransitionTime()).isEqualTo(since);
        assertThat(condition(after, "Ready").observedGeneration()).isEqualTo(2);
        letOthersWork();
        assertThat(writes()).isEqualTo(writes + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":{\"portsActive\":\"9/9\"}}",
                "{\"status\":{\"conditions\":[]}}",
                "{\"status\":{\"slirp4netns\":null,\"target\":null}}",
                "{\"status\":null}"
            })
    void putsAStatusRightThatSomebodyOverwroteOnce(String patch) {
        RootlessNetworkStatus before = applied(port("http", 18080, 80));
        awaitConverged();
        List<String> requests = requests();

        node.objects
                .kubectl("patch", "rln", "web", "--subresource=status", "--type=merge", "--patch=" + patch)
                .orFail();

        node.objects.awaitStatus("web", status -> withoutTimes(status).equals(withoutTimes(before)));
        letOthersWork();
        List<String> now = requests();
        assertThat(now.subList(requests.size(), now.size())).containsExactly(WRITE);
    }

    /** Of a condition that somebody removed nobody knows since when it was so. */
    private static String withoutTimes(RootlessNetworkStatus status) {
        return status.toString().replaceAll("lastTransitionTime=[^,]*", "");
    }
}
