package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From kubectl apply to a port that another host reaches. */
class ReachablePortIT {
    private static final String NODE = "reachable";

    @TempDir
    Path temporary;

    private TestNamespace namespace;
    private TargetProcess target;
    private Agent agent;

    @BeforeEach
    void start() {
        ApiServer server = ApiServer.shared();
        namespace = new TestNamespace(server, NODE);
        target = TargetProcess.inNetworkNamespace();
        agent = Agent.startReady(
                Agent.Settings.of(NODE, ShippedRights.account(server, NODE), temporary.resolve("state")));
    }

    @AfterEach
    void stop() {
        agent.close();
        target.close();
        namespace.close();
    }

    @Test
    void servesAnotherHostOnceItIsReady() {
        target.serveTcpEcho("0.0.0.0", 80);
        namespace.apply("web", TestNamespace.spec(NODE, target.pid(), TestNamespace.port("http", 18080, 80)));

        namespace
                .kubectl("wait", "--for=condition=Ready", "--timeout=60s", "rootlessnetwork/web")
                .orFail();

        try (OtherHost other = new OtherHost()) {
            assertThat(TestClient.on(other.host()).echo("tcp", OtherHost.HERE, 18080, 1))
                    .isEqualTo("same");
        }
        RootlessNetworkStatus status = namespace.get("web").getStatus();
        assertThat(status.target()).isNotNull();
        assertThat(status.portsActive()).isEqualTo("1/1");
    }
}
