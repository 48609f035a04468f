package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.LiveProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The agent while the API server is not to be reached: networks run on, and everything that was missed is made good. */
class ApiServerOutageIT {
    private static ApiServer server;
    private static int nodes;

    @TempDir
    private Path directory;

    private TroubledNode node;

    @BeforeAll
    static void bringUp() {
        server = ApiServer.start();
        server.applyCrd();
    }

    @AfterAll
    static void takeDown() {
        server.close();
    }

    @BeforeEach
    void start() {
        node = new TroubledNode(server, "outage-" + nodes++, directory);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private String refused() {
        return "cannot reach the API server at https://" + node.link.address() + " (Failed to connect to /"
                + node.link.address() + ")";
    }

    private String silent() {
        return "cannot reach the API server at https://" + node.link.address() + " (no answer)";
    }

    private static void report(TestInfo test, String what, Instant since) {
        System.out.println(test.getDisplayName() + ": " + what + " after "
                + Duration.between(since, Instant.now()).toMillis() + " ms");
    }

    @Test
    void waitsForAServerThatIsNotThereAtItsStartSaysSoOnceAndRepairsWhatItAdopted() {
        node.apply("web", 18080);
        try (TroubledAgent earlier = node.startAgent()) {
            earlier.awaitReady();
            node.namespace.awaitReady("web");
        }
        node.link.refuse();

        TroubledAgent agent = node.startAgent();
        agent.awaitNotReady(refused());
        assertThat(agent.isLive()).isTrue();
        node.killSlirp("web");
        TroubledNode.awaitServing(18080);
        node.link.cut();
        int before = node.link.accepted();
        await().atMost(TestNamespace.DEADLINE).until(() -> node.link.accepted() >= before + 3);
        assertThat(agent.toldOfTheApiServer()).containsExactly(node.cannotRead(refused()));

        node.link.restore();
        agent.awaitReady();
        node.awaitRestarts("web", 1);
        assertThat(agent.toldOfTheApiServer()).containsExactly(node.cannotRead(refused()), node.canReadAgain());
    }

    @Test
    void letsNetworksRunOnRepairsThemAndCatchesUpWhenTheServerIsBack() {
        node.apply("kept", 18080);
        node.apply("deleted", 18081);
        TroubledAgent agent = node.startAgent().awaitReady();
        node.namespace.awaitReady("kept");
        node.namespace.awaitReady("deleted");
        int slirp = node.slirp("kept");

        server.stopServer();
        node.link.refuse();
        TroubledNode.kill(slirp);
        TroubledNode.awaitServing(18080);
        agent.awaitTold(node.cannotRead(refused()));
        agent.awaitTold(node.cannotWrite(refused()));
        assertThat(TroubledNode.serves(18081)).isTrue();
        server.startServer();
        node.apply("kept", 18080, 18082);
        node.namespace.delete("deleted");
        assertThat(TroubledNode.serves(18081)).isTrue();
        node.link.restore();

        TroubledNode.awaitServing(18082);
        TroubledNode.awaitSilent(18081);
        node.awaitRestarts("kept", 1);
        node.namespace.awaitReady("kept");
        agent.awaitReady();
        assertThat(agent.toldOfTheApiServer())
                .containsExactlyInAnyOrder(
                        node.cannotRead(refused()),
                        node.cannotWrite(refused()),
                        node.canReadAgain(),
                        node.canWriteAgain());
    }

    @Test
    void recoversFromConnectionsThatDieSilentlyWhileTheyStayDead(TestInfo test) {
        node.apply("web", 18080);
        node.startAgent().awaitReady();
        node.namespace.awaitReady("web");

        node.link.stallOld();
        Instant dead = Instant.now();
        node.killSlirp("web");
        node.apply("web", 18080, 18081);

        TroubledNode.awaitServing(18081);
        report(test, "a change was heard of", dead);
        node.awaitRestarts("web", 1);
        node.namespace.awaitReady("web");
        report(test, "the status was written", dead);
    }

    @Test
    void saysOnceThatTheServerDoesNotAnswerPilesUpNoThreadsAndEndsPromptlyAllTheSame(TestInfo test) throws Exception {
        node.apply("web", 18080);
        TroubledAgent agent = node.startAgent().awaitReady();
        node.namespace.awaitReady("web");
        int slirp = node.slirp("web");

        node.link.stall();
        TroubledNode.kill(slirp);
        agent.awaitTold(node.cannotRead(silent()));
        agent.awaitTold(node.cannotWrite(silent()));
        agent.awaitNotReady(silent());
        int threads = agent.threads();
        int connections = node.link.accepted();
        await().atMost(TestNamespace.DEADLINE.multipliedBy(2)).until(() -> node.link.accepted() >= connections + 6);
        assertThat(agent.threads()).isLessThanOrEqualTo(threads + 4);
        assertThat(node.link.stalled()).isLessThanOrEqualTo(4);
        assertThat(agent.toldOfTheApiServer())
                .containsExactlyInAnyOrder(node.cannotRead(silent()), node.cannotWrite(silent()));

        Instant asked = Instant.now();
        assertThat(agent.terminate()).isZero();
        report(test, "it ended", asked);
        assertThat(agent.toldOfTheApiServer()).hasSize(2);
        assertThat(TroubledNode.serves(18080)).isTrue();
    }

    @Test
    void endsPromptlyWhileItWaitsForItsFirstList(TestInfo test) throws Exception {
        node.link.stall();
        TroubledAgent agent = node.startAgent();
        await().atMost(TestNamespace.DEADLINE).until(() -> node.link.accepted() > 0 && agent.isLive());

        Instant asked = Instant.now();
        assertThat(agent.terminate()).isZero();
        report(test, "it ended", asked);
        assertThat(agent.toldOfTheApiServer()).isSubsetOf(node.cannotRead(silent()));
    }

    @Test
    void stopsWhatNoObjectClaimsOnlyAfterACompleteList() {
        node.apply("kept", 18080);
        node.apply("deleted", 18081);
        try (TroubledAgent earlier = node.startAgent()) {
            earlier.awaitReady();
            node.namespace.awaitReady("kept");
            node.namespace.awaitReady("deleted");
        }
        int kept = node.slirp("kept");
        int deleted = node.slirp("deleted");
        node.link.refuse();
        node.namespace.delete("deleted");

        TroubledAgent agent = node.startAgent();
        agent.awaitNotReady(refused());
        TroubledNode.kill(deleted);
        TroubledNode.awaitServing(18081);
        node.link.restore();

        TroubledNode.awaitSilent(18081);
        agent.awaitReady();
        assertThat(agent.output())
                .contains("Stopping a network whose object is gone network=" + node.name + "/deleted");
        assertThat(TroubledNode.serves(18080)).isTrue();
        assertThat(node.slirp("kept")).isEqualTo(kept);
        assertThat(LiveProcesses.named("slirp4netns")).containsExactly(String.valueOf(kept));
    }

    @Test
    void listsAnewWhereTheServerNoLongerTellsWhatHappenedMeanwhile() {
        node.apply("kept", 18080);
        node.apply("deleted", 18081);
        node.apply("remade", 18082);
        TroubledAgent agent = node.startAgent().awaitReady();
        for (String object : List.of("kept", "deleted", "remade")) {
            node.namespace.awaitReady(object);
        }
        String before = node.namespace.get("remade").uid();
        int kept = node.slirp("kept");
        long lists = lists();

        node.link.refuse();
        node.apply("kept", 18080, 18083);
        node.namespace.delete("deleted");
        node.namespace.delete("remade");
        node.apply("remade", 18084);
        // It knows nothing of what was before its start, and does not go back to etcd for it.
        server.stopServer();
        server.startServer();
        node.link.restore();

        TroubledNode.awaitServing(18083);
        TroubledNode.awaitServing(18084);
        TroubledNode.awaitSilent(18081);
        TroubledNode.awaitSilent(18082);
        node.namespace.awaitReady("kept");
        node.namespace.awaitReady("remade");
        agent.awaitReady();
        assertThat(node.slirp("kept")).isEqualTo(kept);
        assertThat(node.namespace.get("remade").uid()).isNotEqualTo(before);
        assertThat(LiveProcesses.named("slirp4netns")).hasSize(2);
        assertThat(lists()).isGreaterThan(lists);
    }

    private long lists() {
        return server.requestsOf(node.user()).stream()
                .filter(request -> request.verb().equals("list"))
                .count();
    }
}
