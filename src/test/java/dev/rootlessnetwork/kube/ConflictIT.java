package dev.rootlessnetwork.kube;

import static dev.rootlessnetwork.kube.TestNamespace.DEADLINE;
import static dev.rootlessnetwork.kube.TestNamespace.condition;
import static dev.rootlessnetwork.kube.TestNamespace.port;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims of two tenants to one thing: the older object wins, and the other is told no more than that it is taken. */
class ConflictIT {
    @TempDir
    Path temporary;

    private TestNode node;
    private TestNamespace others;

    @BeforeEach
    void start() {
        node = new TestNode(temporary);
        others = new TestNamespace(node.server, node.name + "-others");
    }

    @AfterEach
    void stop() {
        others.close();
        node.close();
    }

    private String spec(TargetProcess target) {
        return node.spec(target, port("http", 18080, 80));
    }

    /** The creation times of objects have a resolution of a second. */
    private void awaitAnotherSecond(TestNamespace namespace, String object) {
        String created = namespace.get(object).getMetadata().getCreationTimestamp();
        await().atMost(DEADLINE)
                .until(() -> Instant.now().isAfter(Instant.parse(created).plusSeconds(1)));
    }

    @Test
    void givesAHostPortToTheOlderObjectAndToTheOtherWhenThatGoes() {
        others.apply("alpha", spec(node.target()));
        awaitAnotherSecond(others, "alpha");
        node.objects.apply("beta", spec(node.target()));

        node.startAgent();

        others.awaitReady("alpha");
        RootlessNetworkStatus refused = node.objects.awaitReason("beta", "PortConflict");
        assertThat(condition(refused, "Ready").message())
                .isEqualTo("port http: TCP 0.0.0.0:18080 belongs to another RootlessNetwork of this node:"
                        + " choose another hostPort or hostIP for one of the two");
        assertThat(refused.toString()).doesNotContain("alpha").doesNotContain("others");

        others.delete("alpha");

        node.objects.awaitReady("beta");
    }

    @Test
    void leavesAHostPortToTheObjectThatHasItWhenAnOlderOneComesToWantIt() {
        TargetProcess first = node.target();
        others.apply("alpha", node.spec(first));
        awaitAnotherSecond(others, "alpha");
        node.objects.apply("beta", spec(node.target()));
        node.startAgent();
        node.objects.awaitReady("beta");

        others.apply("alpha", spec(first));

        others.awaitReason("alpha", "PortConflict");
        assertThat(condition(node.objects.get("beta").getStatus(), "Ready").status())
                .isEqualTo("True");
    }

    @Test
    void doesNotNameTheProcessThatHasAPort() throws IOException {
        node.startAgent();
        try (ServerSocket taken = new ServerSocket(18080, 1, InetAddress.getByName("0.0.0.0"))) {
            node.objects.apply("beta", spec(node.target()));
            RootlessNetworkStatus refused = node.objects.awaitReason("beta", "PortConflict");
            assertThat(condition(refused, "Ready").message())
                    .isEqualTo("port http: TCP 0.0.0.0:18080 is in use by another process of this host:"
                            + " end that, or choose another hostPort or hostIP");
            assertThat(refused.toString())
                    .doesNotContain("java")
                    .doesNotContain("process " + ProcessHandle.current().pid());
            assertThat(taken.isBound()).isTrue();
        }
    }

    @Test
    void givesANamespaceToTheOlderObjectWithoutNamingItAndToTheOtherWhenThatGoes() {
        TargetProcess shared = node.target();
        others.apply("alpha", node.spec(shared));
        awaitAnotherSecond(others, "alpha");
        node.objects.apply("beta", node.spec(shared));

        node.startAgent();

        others.awaitReady("alpha");
        RootlessNetworkStatus refused = node.objects.awaitReason("beta", "TargetInUse");
        assertThat(condition(refused, "Stalled").reason()).isEqualTo("TargetInUse");
        assertThat(refused.toString()).doesNotContain("alpha").doesNotContain("others");

        others.delete("alpha");

        node.objects.awaitReady("beta");
    }
}
