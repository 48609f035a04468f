package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A network outlives the process that made it. */
class SurvivalIT {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource({"SIGTERM,SLIRP4NETNS", "SIGKILL,SLIRP4NETNS", "SIGTERM,ROOTLESSKIT", "SIGKILL,ROOTLESSKIT"})
    void servesOnAfterItsOperatorIsGoneAndIsTakenOverByTheNext(String signal, PortHandlerKind handler)
            throws Exception {
        Path state = temporary.resolve("state");
        try (TargetProcess target = TargetProcess.inNetworkNamespace()) {
            target.serveTcpEcho("0.0.0.0", 80);
            Process operator = new ProcessBuilder(OperatorProcess.command(state, target.pid(), handler))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String ready;
            try {
                ready = operator.inputReader().readLine();
                assertThat(ready).matches("ready \\d+");
                if (signal.equals("SIGTERM")) {
                    operator.destroy();
                    operator.waitFor();
                }
            } finally {
                operator.destroyForcibly().waitFor();
            }
            int slirp = Integer.parseInt(ready.substring("ready ".length()));
            List<String> relays = LiveProcesses.relays();
            assertThat(relays).hasSize(handler == PortHandlerKind.ROOTLESSKIT ? 1 : 0);
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");

            try (TcpEnd connection = TcpEnd.connect("127.0.0.1", 18080);
                    LauncherFixture next = new LauncherFixture(state)) {
                connection.echo("without an operator");
                Observation observation = next.converge(OperatorProcess.request(target.pid(), handler));
                assertThat(observation.slirp().pid()).isEqualTo(slirp);
                assertThat(observation.restarts()).isZero();
                assertThat(LiveProcesses.relays()).isEqualTo(relays);
                connection.echo("with the next operator");
                assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");
            }
        }
    }
}
