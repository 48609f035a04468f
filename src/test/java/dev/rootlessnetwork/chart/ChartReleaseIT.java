package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.marcnuri.helm.Helm;
import dev.rootlessnetwork.testing.ApiServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The chart on a real API server, from the first installation to the last. There are no nodes: nothing runs. */
class ChartReleaseIT {
    private static final String CRD =
            "customresourcedefinition.apiextensions.k8s.io/rootlessnetworks.rootlessnetwork.dev";

    /** Of what a release makes. */
    private static final String KINDS =
            "daemonsets,serviceaccounts,configmaps,clusterroles,clusterrolebindings,customresourcedefinitions";

    private ApiServer server;

    @BeforeEach
    void bringUp() {
        server = ApiServer.start();
    }

    @AfterEach
    void takeDown() {
        server.close();
    }

    private void install() {
        new Helm(Chart.DIRECTORY)
                .install()
                .withName(Chart.RELEASE)
                .withNamespace(Chart.RELEASE)
                .createNamespace()
                .withKubeConfig(server.adminKubeconfig())
                .call();
    }

    private void upgrade(String value, Object to) {
        new Helm(Chart.DIRECTORY)
                .upgrade()
                .withName(Chart.RELEASE)
                .withNamespace(Chart.RELEASE)
                .resetThenReuseValues()
                .set(value, to)
                .withKubeConfig(server.adminKubeconfig())
                .call();
    }

    private void uninstall() {
        Helm.uninstall(Chart.RELEASE)
                .withNamespace(Chart.RELEASE)
                .withKubeConfig(server.adminKubeconfig())
                .call();
    }

    /** As kubectl prints it, one {@code kind/name} a line. */
    private String objects() {
        return server.kubectl(
                        "get",
                        KINDS,
                        "--namespace=" + Chart.RELEASE,
                        "--selector=app.kubernetes.io/instance=" + Chart.RELEASE,
                        "--output=name")
                .orFail()
                .stdout();
    }

    private void apply(String name) throws IOException {
        server.applyCrd(); // waits until it is served
        server.kubectlOn("""
                        apiVersion: rootlessnetwork.dev/v1alpha1
                        kind: RootlessNetwork
                        metadata: {name: %s, namespace: default}
                        spec: {nodeName: node-1, target: {pid: 1}}
                        """.formatted(name), "apply", "--server-side").orFail();
    }

    @Test
    void leavesTheDefinitionAndTheObjectsAndTakesThemOverAgain() throws IOException {
        install();
        String installed = objects();
        assertThat(installed)
                .contains("daemonset.apps/rootlessnetwork-agent", "serviceaccount/rootlessnetwork-agent")
                .contains(CRD);
        apply("web");

        upgrade("drain", true);
        assertThat(server.kubectl(
                                "get",
                                "daemonset/rootlessnetwork-agent",
                                "--namespace=" + Chart.RELEASE,
                                "--output=jsonpath={.spec.template.spec.containers[0].args}")
                        .orFail()
                        .stdout())
                .contains("--drain");

        uninstall();
        assertThat(objects()).isEqualTo(CRD + "\n");
        assertThat(server.kubectl("get", "rln/web").orFail().stdout()).contains("web");

        install();
        assertThat(objects()).isEqualTo(installed);
        assertThat(server.kubectl("get", "rln/web").orFail().stdout()).contains("web");
    }

    @Test
    void takesTheDefinitionAndTheObjectsAlongWhereThatIsAskedFor() throws IOException {
        install();
        apply("web");
        upgrade("crds.keep", false);
        uninstall();
        // The API server empties it by itself, and then it goes.
        await().untilAsserted(() -> assertThat(objects()).isEmpty());
        assertThat(server.kubectl("get", "rln/web").exitStatus()).isNotZero();
    }
}
