package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rootlessnet run} as packaged: bad files, each way of editing them, and its own end. */
class RunFaultIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    private Path manifests;
    private Path state;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        manifests = Files.createDirectory(temporary.resolve("manifests"));
        state = temporary.resolve("state");
        target = TargetProcess.inNetworkNamespace();
        target.serveTcpEcho("0.0.0.0", 80);
    }

    @AfterEach
    void stop() {
        Program.run("delete", "--all", "--state-dir", state.toString());
        target.close();
    }

    private Program run(String onExit) {
        return Program.start(
                temporary.resolve("output"),
                "run",
                "--state-dir",
                state.toString(),
                "--on-exit",
                onExit,
                manifests.toString());
    }

    private String manifest(String name, int... hostPorts) {
        StringBuilder text = new StringBuilder("""
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: %s}
                spec:
                  target: {pid: %d}
                  options: {portHandler: slirp4netns}
                  ports:
                """.formatted(name, target.pid()));
        for (int port : hostPorts) {
            text.append("  - {name: p%d, hostIP: 127.0.0.1, hostPort: %d, containerPort: 80}%n".formatted(port, port));
        }
        return text.toString();
    }

    private static boolean serves(int port) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(1000);
            client.getOutputStream().write('x');
            return client.getInputStream().read() == 'x';
        } catch (IOException e) {
            return false;
        }
    }

    private static void awaitServing(int port) {
        await("port " + port).atMost(DEADLINE).until(() -> serves(port));
    }

    @Test
    void runsTheGoodFilesBesideABrokenOneAndKeepsWhatAFileHeldThatIsEmptied() throws IOException {
        Path web = Files.writeString(manifests.resolve("web.yaml"), manifest("web", 18080));
        Files.writeString(manifests.resolve("broken.yaml"), "kind: [RootlessNetwork\n");
        try (Program program = run("stop")) {
            awaitServing(18080);
            await().atMost(DEADLINE).until(() -> program.output().contains("broken.yaml"));
            List<String> before = LiveProcesses.named("slirp4netns");
            Files.writeString(web, "");
            await().atMost(DEADLINE).until(() -> program.output().contains("web.yaml"));
            assertThat(serves(18080)).isTrue();
            Files.writeString(web, manifest("web", 18080, 18081));
            awaitServing(18081);
            assertThat(LiveProcesses.named("slirp4netns")).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rename", "truncate and write", "symlink swap"})
    void followsAnEditBy(String how) throws IOException {
        edit(how, "1", manifest("web", 18080));
        try (Program program = run("stop")) {
            awaitServing(18080);
            List<String> before = LiveProcesses.named("slirp4netns");
            edit(how, "2", manifest("web", 18080, 18081));
            awaitServing(18081);
            assertThat(LiveProcesses.named("slirp4netns")).isEqualTo(before);
            edit(how, "3", manifest("web", 18081));
            await().atMost(DEADLINE).until(() -> !serves(18080));
            assertThat(program.output()).contains("web");
        }
    }

    private void edit(String how, String version, String content) throws IOException {
        Path file = manifests.resolve("web.yaml");
        switch (how) {
            case "rename" ->
                Files.move(Files.writeString(temporary.resolve("new"), content), file, StandardCopyOption.ATOMIC_MOVE);
            case "truncate and write" -> Files.writeString(file, content);
            default -> swap(file, version, content);
        }
    }

    /** As the kubelet changes a mounted ConfigMap: web.yaml leads through ..data, which is replaced by a rename. */
    private void swap(Path file, String version, String content) throws IOException {
        Path directory = Files.createDirectory(manifests.resolve("..v" + version));
        Files.writeString(directory.resolve("web.yaml"), content);
        Path link = Files.createSymbolicLink(manifests.resolve("..data_tmp"), directory.getFileName());
        Files.move(link, manifests.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        if (!Files.isSymbolicLink(file)) {
            Files.createSymbolicLink(file, Path.of("..data/web.yaml"));
        }
    }

    @Test
    void leavesItsNetworksRunningWhereItIsToldTo() throws Exception {
        Files.writeString(manifests.resolve("web.yaml"), manifest("web", 18080));
        try (Program program = run("keep")) {
            awaitServing(18080);
            assertThat(program.terminate()).isZero();
        }
        assertThat(serves(18080)).isTrue();
    }

    @Test
    void takesOverWhatOneThatWasKilledLeft() throws IOException {
        Files.writeString(manifests.resolve("web.yaml"), manifest("web", 18080));
        try (Program program = run("stop")) {
            awaitServing(18080);
            assertThat(program.output()).isNotEmpty();
        }
        List<String> before = LiveProcesses.named("slirp4netns");
        assertThat(serves(18080)).isTrue();
        Files.writeString(manifests.resolve("web.yaml"), manifest("web", 18080, 18081));
        try (Program next = run("stop")) {
            awaitServing(18081);
            assertThat(LiveProcesses.named("slirp4netns")).isEqualTo(before);
            assertThat(next.output()).isNotEmpty();
        }
    }
}
