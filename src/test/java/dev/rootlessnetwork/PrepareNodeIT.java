package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Container;
import dev.rootlessnetwork.testing.TestCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rootlessnet prepare-node} as the init container of an agent's pod: in a root of its own, with the processes of the node. */
class PrepareNodeIT {
    private static final List<String> IN_POD = List.of("env", "KUBERNETES_SERVICE_HOST=10.96.0.1");
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Where the container has it, too. */
    @TempDir
    Path image;

    private Path node;
    private TestCgroup cgroup;

    @BeforeEach
    void start() throws IOException {
        node = Files.createTempDirectory(Path.of("/run"), "node");
        cgroup = new TestCgroup();
    }

    @AfterEach
    void stop() throws IOException {
        cgroup.close();
        CommandResult.run("rm", "-r", node.toString()).orFail();
    }

    private static void prepare(List<String> outer, String lastLine, String... flags) throws IOException {
        String[] arguments = new String[flags.length + 1];
        arguments[0] = "prepare-node";
        System.arraycopy(flags, 0, arguments, 1, flags.length);
        try (Container init = new Container(List.of(), outer, Main.class, arguments)) {
            await().atMost(DEADLINE).until(() -> init.lines().contains(lastLine));
        }
    }

    @Test
    void makesTheCgroupInEveryHierarchyAsOftenAsItIsRun() throws IOException {
        for (int i = 0; i < 2; i++) {
            prepare(IN_POD, "cgroup " + cgroup.name() + " is there", "--cgroup", cgroup.name());
            assertThat(cgroup.directories(""))
                    .hasSameSizeAs(TestCgroup.hierarchies())
                    .allSatisfy(directory -> assertThat(Files.getPosixFilePermissions(directory))
                            .asString()
                            .contains("OWNER_WRITE")
                            .doesNotContain("GROUP_WRITE", "OTHERS_WRITE"));
        }
    }

    /** Its root may be a link, which in the container would lead somewhere else. */
    @Test
    void putsTheProfileBelowTheKubeletsRootOfTheNodeAndRemovesItAgain() throws IOException {
        Files.createDirectory(node.resolve("disk"));
        Path kubelet = Files.createSymbolicLink(node.resolve("kubelet"), node.resolve("disk"));
        Path file = kubelet.resolve("seccomp/rootlessnetwork/agent.json");
        for (String content : List.of("{\"first\": 1}", "{}")) {
            put(content, file);
            assertThat(node.resolve("disk/seccomp/rootlessnetwork/agent.json")).hasContent(content);
            assertThat(node.resolve("disk/seccomp/rootlessnetwork")).isDirectoryNotContaining("glob:**.new");
            assertThat(Files.getPosixFilePermissions(file)).asString().contains("OTHERS_READ");
        }
        Path other = Files.writeString(file.resolveSibling("other.json"), "{}");
        for (int i = 0; i < 2; i++) {
            remove(file);
            assertThat(file).doesNotExist();
            assertThat(other).exists();
        }
        Files.delete(other);
        for (int i = 0; i < 2; i++) {
            remove(file);
            assertThat(kubelet.resolve("seccomp")).doesNotExist();
            assertThat(kubelet).isEmptyDirectory();
        }
    }

    @Test
    void leavesADirectoryThatItHasNotMade() throws IOException {
        Path seccomp = Files.createDirectories(node.resolve("kubelet/seccomp"));
        Path file = seccomp.resolve("rootlessnetwork/agent.json");
        put("{}", file);
        remove(file);
        assertThat(seccomp).isEmptyDirectory();
    }

    private void put(String content, Path file) throws IOException {
        Path profile = Files.writeString(image.resolve("agent.json"), content);
        prepare(
                IN_POD,
                "seccomp profile " + file + " is there",
                "--seccomp-profile",
                profile.toString(),
                "--seccomp-directory",
                String.valueOf(file.getParent()));
    }

    private static void remove(Path file) throws IOException {
        prepare(
                IN_POD,
                "seccomp profile " + file + " is gone",
                "--remove",
                "--cgroup",
                "ignored",
                "--seccomp-profile",
                "/" + file.getFileName(),
                "--seccomp-directory",
                String.valueOf(file.getParent()));
    }

    @Test
    void saysWhatThePodLacks() throws IOException {
        CommandResult result = CommandResult.run(
                "env",
                "KUBERNETES_SERVICE_HOST=10.96.0.1",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "prepare-node",
                "--cgroup",
                cgroup.name());
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.stderr())
                .isEqualTo(
                        "rootlessnet prepare-node: process 1 here is one of the pod's own: the agent's pod needs hostPID:"
                                + " true, and its container the capability SYS_PTRACE (and an AppArmor profile that allows ptrace, where"
                                + " there is AppArmor)\n");
        assertThat(cgroup.directories("")).isEmpty();
    }
}
