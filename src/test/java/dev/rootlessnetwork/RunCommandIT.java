package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run}, {@code get} and {@code delete} as packaged: what belongs to whom, and what is told of it. */
class RunCommandIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private final List<TargetProcess> targets = new ArrayList<>();
    private Path manifests;
    private Path state;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        manifests = Files.createDirectory(temporary.resolve("manifests"));
        state = temporary.resolve("state");
        target = target();
    }

    @AfterEach
    void stop() {
        Program.run("delete", "--all", "--state-dir", state.toString());
        targets.forEach(TargetProcess::close);
    }

    private TargetProcess target() {
        TargetProcess made = TargetProcess.inNetworkNamespace();
        targets.add(made);
        return made;
    }

    private static String manifest(String name, String targetField, int hostPort) {
        return """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: %s}
                spec:
                  target: {%s}
                  options: {portHandler: slirp4netns}
                  ports: [{name: http, hostIP: 127.0.0.1, hostPort: %d, containerPort: 80}]
                """.formatted(name, targetField, hostPort);
    }

    private Path write(String file, String name, TargetProcess of, int hostPort) throws IOException {
        return Files.writeString(manifests.resolve(file), manifest(name, "pid: " + of.pid(), hostPort));
    }

    private Program run(String... more) {
        List<String> arguments = new ArrayList<>(List.of("run", "--state-dir", state.toString(), manifests.toString()));
        arguments.addAll(List.of(more));
        return Program.start(temporary.resolve("output"), arguments.toArray(String[]::new));
    }

    private CommandResult once(Path path, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("run", "--once", "--state-dir", state.toString(), path.toString()));
        arguments.addAll(List.of(more));
        return Program.run(arguments.toArray(String[]::new));
    }

    private List<JsonNode> get() {
        try {
            String json = Program.run("get", "-o", "json", "--state-dir", state.toString())
                    .orFail()
                    .stdout();
            List<JsonNode> items = new ArrayList<>();
            JSON.readTree(json).path("items").forEach(items::add);
            return items;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> summaries() {
        return get().stream()
                .map(object -> object.at("/metadata/name").asText() + "#"
                        + object.at("/metadata/generation").asText() + " "
                        + object.at("/status/conditions/0/reason").asText() + " "
                        + object.at("/status/ports/0/hostPort").asText())
                .toList();
    }

    private void awaitSummaries(String... expected) {
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(summaries()).containsExactly(expected));
    }

    @Test
    void makesOneAttemptAndLeavesTheNetworkRunning() throws IOException {
        Path web = write("web.yaml", "web", target, 18080);
        CommandResult first = once(web).orFail();
        assertThat(first.stdout()).contains("web", "True", "NetworkReady", "1/1");
        List<String> running = LiveProcesses.named("slirp4netns");
        assertThat(running).hasSize(1);

        write("web.yaml", "web", target, 18081);
        once(web).orFail();
        assertThat(summaries()).containsExactly("web#2 NetworkReady 18081");
        Path other = write("other.yaml", "other", target(), 18082);
        once(other).orFail();
        assertThat(summaries()).containsExactly("other#1 NetworkReady 18082", "web#2 NetworkReady 18081");
        assertThat(LiveProcesses.named("slirp4netns")).hasSize(2).containsAll(running);

        assertThat(Program.run("delete", "web", "--state-dir", state.toString())
                        .orFail()
                        .stdout())
                .isEqualTo("default/web deleted\n");
        assertThat(summaries()).containsExactly("other#1 NetworkReady 18082");
        assertThat(Program.run("delete", "--all", "--state-dir", state.toString())
                        .orFail()
                        .stdout())
                .isEqualTo("default/other deleted\n");
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
    }

    @Test
    void failsTheAttemptOfWhatIsNotReadyAndSaysWhy() throws IOException {
        Files.writeString(manifests.resolve("a.yaml"), manifest("gone", "pid: 4194303", 18080));
        Files.writeString(manifests.resolve("b.yaml"), manifest("odd", "pid: " + target.pid() + ", pidfile: x", 18081));
        CommandResult result = once(manifests, "-o", "json");
        assertThat(result.exitStatus()).isEqualTo(1);
        JsonNode items = JSON.readTree(result.stdout()).path("items");
        assertThat(items.get(0).at("/status/conditions/0/reason").asText()).isEqualTo("TargetNotFound");
        assertThat(items.get(1).at("/status/conditions/0/reason").asText()).isEqualTo("InvalidSpec");
        assertThat(items.get(1).at("/status/conditions/0/message").asText())
                .isEqualTo("spec.target.pidfile: unknown field; did you mean \"pidFile\"?");
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
    }

    @Test
    void waitsForAnAwaitedTargetAsLongAsItIsTold() throws IOException {
        Path pidFile = temporary.resolve("pid");
        Path web = Files.writeString(manifests.resolve("web.yaml"), manifest("web", "pidFile: " + pidFile, 18080));
        CommandResult early = once(web);
        assertThat(early.exitStatus()).isEqualTo(1);
        assertThat(early.stdout()).contains("TargetNotFound");
        try (Program program = Program.start(
                temporary.resolve("output"),
                "run",
                "--once",
                "--timeout",
                "30s",
                "--state-dir",
                state.toString(),
                web.toString())) {
            await().atMost(DEADLINE).until(() -> program.output().contains("Starting state-dir"));
            Files.writeString(pidFile, target.pid() + "\n");
            await().atMost(DEADLINE).until(() -> program.output().contains("NetworkReady"));
        }
        assertThat(summaries()).containsExactly("web#1 NetworkReady 18080");
    }

    @Test
    void stopsEveryNetworkOnSigtermWithinFiveSecondsAndExitsWithZero() throws Exception {
        for (int i = 0; i < 5; i++) {
            write("web" + i + ".yaml", "web" + i, target(), 18080 + i);
        }
        try (Program program = run()) {
            await().atMost(DEADLINE)
                    .until(() -> LiveProcesses.named("slirp4netns").size() == 5);
            Instant before = Instant.now();
            assertThat(program.terminate()).isZero();
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
            assertThat(program.output().lines().filter(line -> line.endsWith(" Removed")))
                    .hasSize(5);
        }
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
        assertThat(get()).isEmpty();
    }

    @Test
    void tellsOfAStartThatTakesLongAndDoesNotWaitForItAtTheEnd() throws Exception {
        Path hanging = Files.writeString(temporary.resolve("hanging"), """
                #!/bin/sh
                case "$*" in *--help* | *--version*) exec slirp4netns "$@" ;; esac
                exec sleep infinity
                """);
        Files.setPosixFilePermissions(hanging, PosixFilePermissions.fromString("rwx------"));
        write("web.yaml", "web", target, 18080);
        try (Program program = run("--network-cmd-path", hanging.toString(), "--ready-timeout", "10m")) {
            awaitSummaries("web#1 Starting 18080");
            Instant before = Instant.now();
            assertThat(program.terminate()).isZero();
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
        }
        assertThat(LiveProcesses.named("sleep")).hasSize(targets.size());
    }

    @Test
    void refusesASecondOwnerAndNamesTheFirst() throws IOException {
        Path web = write("web.yaml", "web", target, 18080);
        try (Program program = run()) {
            awaitSummaries("web#1 NetworkReady 18080");
            String message = "state directory " + state + " is owned by process " + program.pid()
                    + ": stop that first, or choose another directory with --state-dir\n";
            CommandResult second = once(web);
            assertThat(second.exitStatus()).isEqualTo(1);
            assertThat(second.stderr()).endsWith("rootlessnet run: " + message);
            CommandResult deletion = Program.run("delete", "web", "--state-dir", state.toString());
            assertThat(deletion.exitStatus()).isEqualTo(1);
            assertThat(deletion.stderr()).isEqualTo("rootlessnet delete: " + message);
            assertThat(summaries()).containsExactly("web#1 NetworkReady 18080");
        }
    }

    @Test
    void stopsWhatNoManifestClaimsOnceEveryFileCanBeRead() throws IOException {
        write("web.yaml", "web", target, 18080);
        Path old = write("old.yaml", "old", target(), 18081);
        once(manifests).orFail();
        Files.delete(old);
        Path broken = Files.writeString(manifests.resolve("broken.yaml"), "[");
        try (Program program = run()) {
            await().atMost(DEADLINE).until(() -> program.output().contains("default/web Ready"));
            Files.delete(manifests.resolve("web.yaml")); // was read in this start: stopped although another is broken
            awaitSummaries("old#1 NetworkReady 18081");
            Files.delete(broken);
            awaitSummaries();
            assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
        }
    }

    @Test
    void letsTheRunningOneOfTwoManifestsStayAcrossAStart() throws IOException {
        write("b.yaml", "web", target, 18080);
        once(manifests).orFail();
        write("a.yaml", "web", target, 18081);
        try (Program program = run()) {
            await().atMost(DEADLINE).until(() -> program.output().contains("default/web Ready"));
            assertThat(program.output())
                    .contains(manifests + "/a.yaml:3: metadata.name: default/web is declared in " + manifests
                            + "/b.yaml:1 already, which is in force; rename or remove one of the two");
            assertThat(summaries()).containsExactly("web#1 NetworkReady 18080");
            Files.delete(manifests.resolve("b.yaml"));
            awaitSummaries("web#2 NetworkReady 18081");
        }
    }

    @Test
    void tellsEachChangeAsALineOfJson() throws Exception {
        write("web.yaml", "web", target, 18080);
        try (Program program = run("-o", "json", "--log-level", "off")) {
            // a start that takes long is told of first
            await().atMost(DEADLINE)
                    .until(() ->
                            program.output().endsWith("}\n") && program.output().contains("NetworkReady"));
            List<String> lines = program.output().lines().toList();
            JsonNode object = JSON.readTree(lines.get(lines.size() - 1));
            assertThat(object.at("/kind").asText()).isEqualTo("RootlessNetwork");
            assertThat(object.at("/status/portsActive").asText()).isEqualTo("1/1");
            assertThat(program.terminate()).isZero();
        }
    }

    @Test
    void tellsThatASlirp4netnsEndedWhileNobodyWatched() throws IOException {
        once(write("web.yaml", "web", target, 18080)).orFail();
        int pid = get().get(0).at("/status/slirp4netns/pid").asInt();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        awaitSummaries("web#1 SlirpExited 18080");
        assertThat(get().get(0).at("/status/conditions/0/message").asText())
                .isEqualTo(
                        "slirp4netns (process " + pid + ") has ended while no operator runs; 'rootlessnet run' on this"
                                + " state directory starts it again");
    }

    @Test
    void refusesWhatIsNoPathAndSaysSoInOneLine() {
        CommandResult result = once(temporary.resolve("nowhere"));
        assertThat(result.exitStatus()).isEqualTo(2);
        assertThat(result.stderr()).isEqualTo("rootlessnet run: " + temporary.resolve("nowhere") + " does not exist\n");
    }
}
