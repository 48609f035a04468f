package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.Judge;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that a GitOps controller applies: how it judges them, and that it never finds them other than it left them. */
class GitOpsIT {
    private static final Path OVERLAY = Path.of("examples/gitops/overlays/node-1");

    /** Objects as judged here, from which the test cases of the health check were taken. */
    private static final Path RECORDED = Path.of("target/gitops");

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

    private void assertJudged(String object, String recordedAs, String kstatus, String argoCd) throws IOException {
        String found = node.objects
                .kubectl("get", "rln", object, "--output=yaml")
                .orFail()
                .stdout();
        Files.createDirectories(RECORDED);
        Files.writeString(RECORDED.resolve(recordedAs + ".yaml"), found);
        assertThat(Judge.kstatus(found).status()).as(found).isEqualTo(kstatus);
        assertThat(Judge.argoCd(found).status()).as(found).isEqualTo(argoCd);
    }

    @Test
    void isJudgedByEachControllerAsItIs() throws IOException {
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        assertJudged("web", "waiting-for-agent", "InProgress", "Progressing");

        node.startAgent();
        node.objects.awaitReady("web");
        assertJudged("web", "ready", "Current", "Healthy");

        node.objects.apply("gone", TestNamespace.spec(node.name, 4194303));
        node.objects.awaitReason("gone", "TargetNotFound");
        assertJudged("gone", "stalled", "Failed", "Degraded");

        try (ServerSocket taken = new ServerSocket(18081)) {
            node.objects.apply("taken", node.spec(node.target(), port("http", 18081, 80)));
            node.objects.awaitReason("taken", "PortConflict");
            assertJudged("taken", "reconciling", "InProgress", "Progressing");
            assertThat(taken.isClosed()).isFalse();
        }

        node.stopAgent();
        node.objects.apply("web", node.spec(target, port("http", 18082, 80)));
        assertJudged("web", "edited", "InProgress", "Progressing");

        node.startAgent(node.settings().draining());
        node.objects.awaitReason("web", "Drained");
        assertJudged("web", "drained", "InProgress", "Progressing");

        node.objects
                .kubectl(
                        "patch",
                        "rln",
                        "web",
                        "--type=merge",
                        "--patch={\"metadata\":{\"finalizers\":[\"example.com/held\"]}}")
                .orFail();
        node.objects.delete("web");
        assertJudged("web", "deleting", "Terminating", "Progressing");
        node.objects
                .kubectl("patch", "rln", "web", "--type=merge", "--patch={\"metadata\":{\"finalizers\":null}}")
                .orFail();
    }

    /** Every field there is, each with a value that somebody could write in another form. */
    private String allFields() {
        return node.objects.manifest(
                "all", """
                {nodeName: %s, target: {pid: %d},
                  options: {cidr: 10.0.3.0/24, mtu: 1500, enableIPv6: true, allowHostLoopback: true, portHandler: rootlesskit,
                    outboundAddr: 127.0.0.1, outboundAddr6: "::1", disableDNS: true, macAddress: "52:54:00:AB:cd:01", interfaceName: tap7},
                  ports: [
                    {name: one, protocol: UDP, hostIP: 127.0.0.1, hostPort: 18083, containerPort: 53, containerIP: 10.0.3.100, range: 2},
                    {name: two, hostIP: "::", hostPort: 18084, containerPort: 80, range: 1},
                    {name: open, containerPort: 81}]}
                """.formatted(node.name, target.pid()).strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--server-side=true", "--server-side=false"})
    void findsNothingToChangeOnceTheAgentHasDoneItsWork(String side) {
        node.startAgent();
        String manifest = allFields();
        node.server.kubectlOn(manifest, "apply", side).orFail();
        node.objects.awaitReady("all");

        assertThat(node.server.kubectlOn(manifest, "diff", side).orFail().stdout())
                .isEmpty();
        node.server.kubectlOn(manifest, "apply", side).orFail();
        assertThat(node.objects.get("all").generation()).isEqualTo(1);
    }

    @Test
    void buildsTheOverlayOfANodeAndFindsNothingToChangeInItLater() throws IOException {
        Path pidFile = Files.writeString(temporary.resolve("web.pid"), target.pid() + "\n");
        String manifest = node.server
                .kubectl("kustomize", OVERLAY.toString())
                .orFail()
                .stdout()
                .replace("namespace: demo", "namespace: " + node.name)
                .replace("nodeName: node-1", "nodeName: " + node.name)
                .replace("/run/web.pid", pidFile.toString());
        List<String> asFlux = List.of("--server-side", "--force-conflicts", "--field-manager=kustomize-controller");
        node.server.kubectlOn(manifest, with("apply", asFlux)).orFail();
        node.startAgent();
        node.objects.awaitReady("web-node-1");

        assertThat(node.server
                        .kubectlOn(manifest, with("diff", asFlux))
                        .orFail()
                        .stdout())
                .isEmpty();
    }

    /** By the command of docs/gitops.md. */
    @Test
    void putsTheHealthCheckIntoArgoCdsConfigurationAndTouchesNothingElseThere() {
        node.objects
                .kubectl("create", "configmap", "argocd-cm", "--from-literal=url=https://argocd.example.com")
                .orFail();
        String key = "resource.customizations.health.rootlessnetwork.dev_RootlessNetwork";
        String map = node.objects
                .kubectl(
                        "create",
                        "configmap",
                        "argocd-cm",
                        "--dry-run=client",
                        "--output=yaml",
                        "--from-file=" + key + "=examples/gitops/argocd/health.lua")
                .orFail()
                .stdout();

        node.server
                .kubectlOn(map, "apply", "--server-side", "--field-manager=rootlessnetwork-health")
                .orFail();

        assertThat(node.objects
                        .kubectl("get", "configmap", "argocd-cm", "--output=jsonpath={.data}")
                        .orFail()
                        .stdout())
                .contains("\"url\":\"https://argocd.example.com\"", "\"" + key + "\":\"-- Health of a RootlessNetwork");
    }

    private static String[] with(String command, List<String> flags) {
        return Stream.concat(Stream.of(command), flags.stream()).toArray(String[]::new);
    }

    @Test
    void tellsOfANodeWithoutAnAgentAndOfOneWhoseAgentHasGone() {
        node.objects.apply("web", node.spec(target));
        assertThat(columns()).startsWith("web", "Unknown", "WaitingForAgent", node.name);

        node.startAgent();
        node.objects.awaitReady("web");
        node.stopAgent();
        node.objects.apply("web", node.spec(target, port("http", 18080, 80)));
        assertThat(columns()).startsWith("web", "True", "NetworkReady", node.name);
        assertThat(node.objects
                        .kubectl("wait", "--for=condition=Ready", "--timeout=1s", "rln/web")
                        .exitStatus())
                .as("kubectl wait compares generations")
                .isNotZero();
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(node.objects
                                .kubectl(
                                        "get",
                                        "rln",
                                        "web",
                                        "--output=custom-columns=:.metadata.generation,:.status.observedGeneration",
                                        "--no-headers")
                                .stdout()
                                .strip()
                                .split(" +"))
                        .containsExactly("2", "1"));
    }

    private String[] columns() {
        return node.objects
                .kubectl("get", "rln", "web", "--no-headers")
                .orFail()
                .stdout()
                .strip()
                .split(" +");
    }
}
