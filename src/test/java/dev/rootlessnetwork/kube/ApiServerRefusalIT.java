package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.AuditedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent before an API server that answers, but not as it should: no token, no right, no definition, no capacity. */
class ApiServerRefusalIT {
    private static final String CREDENTIALS =
            "the API server does not accept our credentials (401): renew the token or certificate";
    private static final String RIGHTS = " (403): bind the agent's ClusterRole to its account";
    private static final String SLOWLY = "the API server asks us to slow down (429)";
    private static final String DEFINITION = "the API server does not know RootlessNetwork objects (404): install the"
            + " custom resource definition, with kubectl apply -f crds";
    private static final int PORT = 18080;

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
        node = new TroubledNode(server, "refused-" + nodes++, directory);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private long requests(String verb, String resource, int code) {
        return server.requestsOf(node.user()).stream()
                .filter(request ->
                        request.verb().equals(verb) && request.resource().equals(resource) && request.code() == code)
                .count();
    }

    @Test
    void waitsForTheDefinitionAndSurvivesItsRemoval() {
        server.kubectl("delete", "--filename=" + ApiServer.CRD).orFail();
        TroubledAgent agent = node.startAgent();
        agent.awaitNotReady(DEFINITION);
        await().atMost(TestNamespace.DEADLINE).until(() -> requests("list", "rootlessnetworks", 404) >= 3);
        assertThat(agent.toldOfTheApiServer()).containsExactly(node.cannotRead(DEFINITION));

        server.applyCrd();
        agent.awaitReady();
        node.apply("web", PORT);
        node.namespace.awaitReady("web");

        server.kubectl("delete", "--filename=" + ApiServer.CRD).orFail();
        TroubledNode.awaitSilent(PORT);
        agent.awaitNotReady(DEFINITION);
        assertThat(agent.isLive()).isTrue();

        server.applyCrd();
        agent.awaitReady();
        node.apply("web", PORT);
        TroubledNode.awaitServing(PORT);
        node.namespace.awaitReady("web");
        assertThat(agent.toldOfTheApiServer())
                .containsExactly(
                        node.cannotRead(DEFINITION),
                        node.canReadAgain(),
                        node.cannotRead(DEFINITION),
                        node.canReadAgain());
    }

    @Test
    void saysThatItsRightsWereTakenAndGoesOnWhenTheyAreGivenBack() {
        node.apply("web", PORT);
        TroubledAgent agent = node.startAgent().awaitReady();
        node.namespace.awaitReady("web");

        server.kubectl("delete", "clusterrolebinding", node.name + "-agent").orFail();
        awaitRefusal(node.kubeconfig());
        String reading = "the API server does not let us read objects" + RIGHTS;
        String writing = "the API server does not let us write statuses and events" + RIGHTS;
        node.link.reset();
        agent.awaitNotReady(reading);
        node.killSlirp("web");
        agent.awaitTold(node.cannotWrite(writing));
        TroubledNode.awaitServing(PORT);

        server.kubectl(
                        "create",
                        "clusterrolebinding",
                        node.name + "-agent",
                        "--clusterrole=rootlessnetwork-agent",
                        "--serviceaccount=" + node.name + ":agent")
                .orFail();
        agent.awaitReady();
        node.awaitRestarts("web", 1);
        assertThat(agent.toldOfTheApiServer())
                .containsExactlyInAnyOrder(
                        node.cannotRead(reading), node.cannotWrite(writing), node.canReadAgain(), node.canWriteAgain());
    }

    private static void awaitRefusal(Path kubeconfig) {
        await().atMost(TestNamespace.DEADLINE)
                .until(() -> server.kubectlWith(kubeconfig, "get", "rootlessnetworks", "--all-namespaces")
                                .exitStatus()
                        != 0);
    }

    @Test
    void picksUpANewTokenFromItsFile() {
        bindToken("first");
        replace("token", token("first"));
        Path access = node.write(
                "by-file.conf", TroubledNode.read(node.kubeconfig()).replaceFirst("token: \\S+", "tokenFile: token"));
        goesOnWithTheSecondToken(access, () -> replace("token", token("second")));
    }

    @Test
    void picksUpANewTokenFromItsKubeconfig() {
        bindToken("first");
        String kubeconfig = TroubledNode.read(node.kubeconfig());
        replace("by-value.conf", kubeconfig.replaceFirst("token: \\S+", "token: " + token("first")));
        goesOnWithTheSecondToken(
                directory.resolve("by-value.conf"),
                () -> replace("by-value.conf", kubeconfig.replaceFirst("token: \\S+", "token: " + token("second"))));
    }

    private void goesOnWithTheSecondToken(Path access, Runnable renew) {
        node.apply("web", PORT);
        TroubledAgent agent = node.startAgent(access).awaitReady();
        node.namespace.awaitReady("web");

        node.namespace.kubectl("delete", "secret", "first").orFail();
        awaitRefusal(access);
        node.link.reset();
        agent.awaitNotReady(CREDENTIALS);
        node.killSlirp("web");
        agent.awaitTold(node.cannotWrite(CREDENTIALS));
        TroubledNode.awaitServing(PORT);
        bindToken("second");
        renew.run();

        agent.awaitReady();
        node.awaitRestarts("web", 1);
        assertThat(agent.toldOfTheApiServer())
                .containsExactlyInAnyOrder(
                        node.cannotRead(CREDENTIALS),
                        node.cannotWrite(CREDENTIALS),
                        node.canReadAgain(),
                        node.canWriteAgain());
    }

    private void bindToken(String secret) {
        node.namespace.kubectl("create", "secret", "generic", secret).orFail();
    }

    /** A token that is good while the secret is there. */
    private String token(String secret) {
        return node.namespace
                .kubectl("create", "token", "agent", "--bound-object-kind=Secret", "--bound-object-name=" + secret)
                .orFail()
                .stdout()
                .strip();
    }

    /** As whoever hands out tokens does it: the file is whole at any time. */
    private void replace(String file, String content) {
        try {
            Files.move(node.write(file + ".new", content), directory.resolve(file), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void writesNoFasterThanItIsAskedToAndMakesGoodWhatWaited() {
        for (int i = 0; i < 4; i++) {
            node.apply("web-" + i, PORT + i);
        }
        TroubledAgent agent = node.startAgent().awaitReady();
        for (int i = 0; i < 4; i++) {
            node.namespace.awaitReady("web-" + i);
        }
        try (NoCapacity none = new NoCapacity(server, node)) {
            node.link.reset();
            agent.awaitNotReady(SLOWLY);
            Instant from = Instant.now();
            for (int i = 0; i < 4; i++) {
                node.killSlirp("web-" + i);
            }
            agent.awaitTold(node.cannotWrite(SLOWLY));
            await().atMost(TestNamespace.DEADLINE).until(() -> refusedWrites() >= 12);
            long seconds = Duration.between(from, Instant.now()).toSeconds();
            System.out.println("refused writes: " + refusedWrites() + " in " + seconds + " s of " + none);
            // At most those that two queues have under way at a time, then none for a second or more.
            assertThat(refusedWrites()).isLessThanOrEqualTo(6 * (seconds + 2));
            assertThat(agent.toldOfTheApiServer())
                    .containsExactlyInAnyOrder(node.cannotWrite(SLOWLY), node.cannotRead(SLOWLY));
        }
        agent.awaitReady();
        for (int i = 0; i < 4; i++) {
            node.awaitRestarts("web-" + i, 1);
        }
        assertThat(agent.toldOfTheApiServer())
                .containsExactlyInAnyOrder(
                        node.cannotWrite(SLOWLY), node.cannotRead(SLOWLY), node.canReadAgain(), node.canWriteAgain());
    }

    private long refusedWrites() {
        List<AuditedRequest> all = server.requestsOf(node.user());
        return all.stream()
                .filter(request -> request.code() == 429)
                .filter(request -> List.of("patch", "create").contains(request.verb()))
                .count();
    }
}
