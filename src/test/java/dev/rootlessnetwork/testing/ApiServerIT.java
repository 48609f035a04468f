package dev.rootlessnetwork.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the API server of the tests is a real one: RBAC, tokens, audit log, and its data over a restart. */
class ApiServerIT {
    private static ApiServer server;

    @TempDir
    private Path directory;

    @BeforeAll
    static void bringUp() {
        server = ApiServer.start();
    }

    @AfterAll
    static void takeDown() {
        server.close();
    }

    private Path clusterRole(String name, String verbs) throws IOException {
        return Files.writeString(directory.resolve(name + ".yaml"), """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %s}
                rules:
                - {apiGroups: [""], resources: [configmaps], verbs: [%s]}
                """.formatted(name, verbs));
    }

    @Test
    void givesAServiceAccountTheRightsOfItsRoleAlone() throws IOException {
        Path kubeconfig = server.serviceAccount("rights", "reader", clusterRole("reader", "get, list"));

        server.kubectlWith(kubeconfig, "get", "configmaps", "--all-namespaces").orFail();
        CommandResult refused = server.kubectlWith(kubeconfig, "create", "configmap", "mine");

        assertThat(refused.exitStatus()).isEqualTo(1);
        assertThat(refused.stderr())
                .contains("User \"system:serviceaccount:rights:reader\" cannot create resource \"configmaps\"");
    }

    @Test
    void tellsOfEachRequestWhoMadeIt() throws IOException {
        Path kubeconfig = server.serviceAccount("audited", "writer", clusterRole("writer", "create"));

        server.kubectlWith(kubeconfig, "--namespace=audited", "create", "configmap", "mine")
                .orFail();
        server.kubectlWith(kubeconfig, "--namespace=audited", "get", "configmap", "mine");

        assertThat(server.requestsOf("system:serviceaccount:audited:writer"))
                .filteredOn(request -> request.resource().equals("configmaps"))
                .extracting(AuditedRequest::verb, AuditedRequest::namespace, AuditedRequest::name, AuditedRequest::code)
                .containsExactly(tuple("create", "audited", "mine", 201), tuple("get", "audited", "mine", 403));
    }

    @Test
    void keepsDataPortAndTokensOverARestartOfTheServerAlone() throws IOException {
        Path kubeconfig = server.serviceAccount("restarted", "lister", clusterRole("lister", "list"));
        String address = server.address();

        server.stopServer();
        CommandResult refused = server.kubectl("get", "namespaces");
        server.startServer("--max-requests-inflight=100");

        assertThat(refused.stderr()).contains(address).contains("was refused");
        assertThat(server.address()).isEqualTo(address);
        server.kubectlWith(kubeconfig, "--namespace=restarted", "get", "configmaps")
                .orFail();
        assertThat(Files.readString(Path.of("/proc", String.valueOf(server.serverPid()), "cmdline")))
                .contains("--max-requests-inflight=100");
    }

    @Test
    void endsItsWatchesWhenItIsStopped() throws IOException {
        Process watch = new ProcessBuilder(
                        server.kubectlCommand(server.adminKubeconfig(), "get", "namespaces", "--watch"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("watch").toFile())
                .start();
        try {
            Awaitility.await()
                    .until(() -> server.requestsOf("admin").stream()
                            .anyMatch(request -> request.verb().equals("watch")
                                    && request.resource().equals("namespaces")));

            server.stopServer();
            assertThat(watch.onExit()).succeedsWithin(Duration.ofSeconds(30));
        } finally {
            watch.destroyForcibly();
            server.startServer();
        }
    }

    @Test
    void saysWhyTheServerDoesNotComeUp() {
        server.stopServer();
        try {
            assertThatThrownBy(() -> server.startServer("--no-such-flag"))
                    .hasMessageContaining("unknown flag: --no-such-flag")
                    .hasMessageContaining("kube-apiserver ended before it was ready");
        } finally {
            server.startServer();
        }
    }
}
