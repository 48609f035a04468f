package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network outlives the process that made it. */
class SurvivalIT {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"SIGTERM", "SIGKILL"})
    void servesOnAfterItsOperatorIsGoneAndIsTakenOverByTheNext(String signal) throws Exception {
        Path state = temporary.resolve("state");
        try (TargetProcess target = TargetProcess.inNetworkNamespace()) {
            target.serveTcpEcho("0.0.0.0", 80);
            Process operator = new ProcessBuilder(OperatorProcess.command(state, target.pid()))
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
            assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");

            try (LauncherFixture next = new LauncherFixture(state)) {
                Observation observation =
                        next.converge(Plans.run("web", new Target.Pid(target.pid()), Plans.tcp("http", 18080, 80)));
                assertThat(observation.slirp().pid()).isEqualTo(slirp);
                assertThat(observation.restarts()).isZero();
                assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");
            }
        }
    }
}
