package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code get -o wide} as packaged, while no operator runs: what came through ports that the real relay serves. */
class GetCommandIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String TITLES = "NAMESPACE NAME PORT PROTOCOL HOST CONNECTIONS TOTAL RECEIVED SENT REFUSED";

    @TempDir
    Path temporary;

    private Path state;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        state = temporary.resolve("state");
        target = TargetProcess.inNetworkNamespace();
        target.serveTcpEcho("0.0.0.0", 80);
        Path manifest = Files.writeString(temporary.resolve("web.yaml"), """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: web}
                spec:
                  target: {pid: %d}
                  options: {portHandler: rootlesskit}
                  ports:
                  - {name: http, hostIP: 127.0.0.1, hostPort: 18080, containerPort: 80}
                  - {name: many, hostIP: 127.0.0.1, hostPort: 19000, containerPort: 9000, range: 1000}
                  - {name: idle, hostIP: 127.0.0.1, hostPort: 18081, containerPort: 81}
                """.formatted(target.pid()));
        CommandResult once = Program.run("run", "--once", "--state-dir", state.toString(), manifest.toString());
        assertThat(once.orFail().stdout()).contains("NetworkReady").doesNotContain("CONNECTIONS");
    }

    @AfterEach
    void stop() {
        Program.run("delete", "--all", "--state-dir", state.toString());
        target.close();
    }

    private CommandResult get(String format) {
        return Program.run("get", "-o", format, "--state-dir", state.toString()).orFail();
    }

    /** The lines of the second table, with single spaces. */
    private List<String> traffic() {
        return get("wide")
                .stdout()
                .lines()
                .dropWhile(line -> !line.isEmpty())
                .skip(1)
                .map(line -> line.replaceAll(" +", " "))
                .toList();
    }

    private ProcessHandle relay() throws IOException {
        String pid = Files.readSymbolicLink(state.resolve("relay/current")).toString();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static void beRefused(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void tellsWhatCameThroughEachPortThatWasUsed() throws IOException {
        assertThat(traffic()).as("nobody has used them").isEmpty();
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 3000)).isEqualTo("same");
        try (Socket open = new Socket(InetAddress.getLoopbackAddress(), 18080)) {
            open.getOutputStream().write(new byte[72]);
            assertThat(open.getInputStream().readNBytes(72)).hasSize(72);
            beRefused(19000);
            beRefused(19999);
            await().atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(traffic())
                            .containsExactly(
                                    TITLES,
                                    "default web http TCP 127.0.0.1:18080 1 2 3.0KiB 3.0KiB 0",
                                    "default web many TCP 127.0.0.1:19000-19999 0 2 0B 0B 2"));
        }
        assertThat(get("text").stdout()).doesNotContain("CONNECTIONS");
        assertThat(get("json").stdout()).doesNotContain("received", "refused");
    }

    @Test
    void doesWithoutARelayThatIsGone() throws IOException {
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18080, 1)).isEqualTo("same");
        ProcessHandle process = relay();
        process.destroyForcibly();
        await().atMost(DEADLINE).until(() -> !process.isAlive());
        CommandResult result = get("wide");
        assertThat(result.stdout()).contains("web").doesNotContain("CONNECTIONS");
        assertThat(result.stderr())
                .startsWith("Counters of ports are missing: cannot reach the relay on "
                        + state.resolve("relay/" + process.pid() + "/control.sock"));
    }

    @Test
    void doesNotWaitLongForARelayThatHangs() throws IOException {
        String pid = Long.toString(relay().pid());
        CommandResult.run("kill", "-STOP", pid).orFail();
        try {
            assertThat(get("wide").stderr())
                    .isEqualTo("Counters of ports are missing: the relay on "
                            + state.resolve("relay/" + pid + "/control.sock") + " did not answer within 1000 ms.\n");
        } finally {
            CommandResult.run("kill", "-CONT", pid).orFail();
        }
    }
}
