package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.standalone.Manifest;
import dev.rootlessnetwork.standalone.ManifestReader;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.OtherHost;
import dev.rootlessnetwork.testing.PortTraffic;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each manifest of examples/ as a reader would use it: the network comes up, and every port passes bytes. */
class ExamplesIT {
    private static final Path EXAMPLES = Path.of("examples");
    private static final Path PID_FILE = Path.of("/run/web.pid");
    private static final String NETNS = "web";

    @TempDir
    Path temporary;

    private Path state;
    private TargetProcess target;
    private OtherHost other;

    @BeforeEach
    void start() throws IOException {
        state = temporary.resolve("state");
        target = TargetProcess.inNetworkNamespace();
        other = new OtherHost();
        Files.writeString(PID_FILE, target.pid() + "\n");
        CommandResult.run("ip", "netns", "attach", NETNS, Integer.toString(target.pid()))
                .orFail();
    }

    @AfterEach
    void stop() throws IOException {
        Program.run("delete", "--all", "--state-dir", state.toString());
        CommandResult.run("ip", "netns", "delete", NETNS);
        Files.deleteIfExists(PID_FILE);
        other.close();
        target.close();
    }

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void givesANetworkAndPassesBytesThroughEveryPort(Path example) throws IOException {
        Path manifest = temporary.resolve("example.yaml");
        Files.writeString(manifest, Files.readString(example).replace("pid: 4242", "pid: " + target.pid()));
        assertThat(Program.run("check", manifest.toString()).orFail().stdout()).isNotBlank();
        List<RootlessNetwork> objects = ManifestReader.read(manifest).manifests().stream()
                .map(Manifest::object)
                .toList();
        assertThat(objects).hasSize(1);
        List<PortSpec> ports = Objects.requireNonNull(objects.get(0).getSpec().ports());
        assertThat(ports).isNotEmpty();
        ports.forEach(port -> PortTraffic.serve(target, port));

        CommandResult once =
                Program.run("run", "--once", "-o", "json", "--state-dir", state.toString(), manifest.toString());
        JsonNode status = new ObjectMapper()
                .readTree(once.orFail().stdout())
                .path("items")
                .path(0)
                .path("status");
        for (int i = 0; i < ports.size(); i++) {
            PortTraffic.pass(
                    other,
                    ports.get(i),
                    status.path("ports").path(i).path("hostPort").asInt());
        }
    }

    @Test
    void isWhatConvertMakesOfPodmansFlags() throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLES.resolve("from-podman.yaml"));
        String command = lines.stream()
                .filter(line -> line.startsWith("#   rootlessnet "))
                .findFirst()
                .orElseThrow();
        String[] arguments = command.substring("#   rootlessnet ".length()).split(" ", -1);
        assertThat(Program.run(arguments).orFail().stdout().lines())
                .containsExactlyElementsOf(
                        lines.stream().filter(line -> !line.startsWith("#")).toList());
    }

    @Test
    void runsTheUnitsCommandAsItStands() throws IOException {
        List<String> unit = Files.readAllLines(EXAMPLES.resolve("systemd/rootlessnet.service"));
        String start = unit.stream()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        assertThat(unit).contains("KillMode=process", "OOMPolicy=continue", "StateDirectory=rootlessnet");
        Path manifest = temporary.resolve("none");
        Files.createDirectory(manifest);
        List<String> words = List.of(start.substring(start.indexOf(' ') + 1).split(" ", -1));
        try (Program program = Program.start(
                temporary.resolve("output"),
                words.stream()
                        .map(word -> word.startsWith("/var/lib/") ? state.toString() : word)
                        .map(word -> word.startsWith("/etc/") ? manifest.toString() : word)
                        .toArray(String[]::new))) {
            org.awaitility.Awaitility.await().until(() -> program.output().contains("Starting state-dir="));
            assertThat(program.isAlive()).isTrue();
        }
    }
}
