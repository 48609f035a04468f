package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.io.MoreFiles;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.kube.TestNamespace;
import dev.rootlessnetwork.standalone.ManifestReader;
import dev.rootlessnetwork.testing.ApiServer;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is in examples/kubernetes, and the unit of the agent, as a reader would use them: on an API server of their own, with the agent
 * as packaged.
 */
class KubernetesExamplesIT {
    private static final Path EXAMPLES = Path.of("examples/kubernetes");
    private static final Path UNIT = Path.of("examples/systemd/rootlessnet-agent.service");

    /** The unit leaves the state where it is by default. */
    private static final Path STATE = Path.of("/run/rootlessnet");

    private static final Path PID_FILE = Path.of("/run/web.pid");
    private static final String NETNS = "web";

    private static ApiServer server;
    private static TestNamespace namespace;
    private static Program agent;

    private TargetProcess target;
    private OtherHost other;

    @BeforeAll
    static void bringUp(@TempDir Path temporary) throws IOException {
        server = ApiServer.start();
        server.applyCrd();
        server.kubectl("apply", "--filename=" + EXAMPLES.resolve("rbac.yaml")).orFail();
        server.kubectl("apply", "--filename=" + EXAMPLES.resolve("people.yaml")).orFail();
        namespace = new TestNamespace(server, "demo");
        Path kubeconfig = server.kubeconfig("rootlessnetwork", "rootlessnetwork-agent");
        agent = Program.start(temporary.resolve("output"), unitsCommand(kubeconfig));
    }

    /** As systemd would start it on node-1, but for the file that a reader has to make. */
    private static String[] unitsCommand(Path kubeconfig) throws IOException {
        List<String> unit = Files.readAllLines(UNIT);
        assertThat(unit).contains("KillMode=process", "OOMPolicy=continue", "Environment=NODE_NAME=%H");
        String start = unit.stream()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        Stream<String> arguments = Stream.of(start.split(" ", -1))
                .skip(1)
                .map(word -> word.equals("/etc/rootlessnet/agent.conf") ? kubeconfig.toString() : word);
        return Stream.concat(arguments, Stream.of("--node-name=node-1")).toArray(String[]::new);
    }

    @AfterAll
    static void takeDown() throws InterruptedException, IOException {
        assertThat(agent.terminate()).as(agent.output()).isZero();
        Program.run("delete", "--all").orFail();
        MoreFiles.deleteRecursively(STATE); // other tests find the host as it was
        namespace.close();
        server.close();
    }

    @BeforeEach
    void start() throws IOException {
        target = TargetProcess.inNetworkNamespace();
        other = new OtherHost();
        Files.writeString(PID_FILE, target.pid() + "\n");
        CommandResult.run("ip", "netns", "attach", NETNS, Integer.toString(target.pid()))
                .orFail();
    }

    @AfterEach
    void stop() throws IOException {
        CommandResult.run("ip", "netns", "delete", NETNS);
        Files.deleteIfExists(PID_FILE);
        other.close();
        target.close();
    }

    static List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<Path> objects = files.filter(file -> !file.endsWith("rbac.yaml") && !file.endsWith("people.yaml"))
                    .sorted()
                    .toList();
            assertThat(objects).isNotEmpty();
            return objects;
        }
    }

    @ParameterizedTest
    @MethodSource("objects")
    void givesANetworkAndPassesBytesThroughEveryPort(Path example, @TempDir Path temporary) throws IOException {
        Path manifest = temporary.resolve("example.yaml");
        Files.writeString(manifest, Files.readString(example).replace("pid: 4242", "pid: " + target.pid()));
        assertThat(Program.run("check", manifest.toString()).orFail().stdout()).isNotBlank();
        RootlessNetwork wanted =
                ManifestReader.read(manifest).manifests().get(0).object();
        List<PortSpec> ports = Objects.requireNonNull(wanted.getSpec().ports());
        assertThat(ports).isNotEmpty();
        ports.forEach(port -> PortTraffic.serve(target, port));
        String name = wanted.key().name();

        namespace.kubectl("apply", "--filename=" + manifest).orFail();
        namespace
                .kubectl("wait", "--for=condition=Ready", "--timeout=60s", "rln/" + name)
                .orFail();

        RootlessNetwork object = namespace.get(name);
        for (int i = 0; i < ports.size(); i++) {
            PortTraffic.pass(
                    other,
                    ports.get(i),
                    Objects.requireNonNull(object.getStatus().ports().get(i).hostPort()));
        }
        namespace.delete(name);
        await().atMost(TestNamespace.DEADLINE)
                .until(() -> !Program.run("get").orFail().stdout().contains(" " + name + " "));
    }

    @ParameterizedTest
    @CsvSource({
        "rootlessnetwork-view, get, yes",
        "rootlessnetwork-view, watch, yes",
        "rootlessnetwork-view, create, no",
        "rootlessnetwork-view, delete, no",
        "rootlessnetwork-edit, watch, yes",
        "rootlessnetwork-edit, create, yes",
        "rootlessnetwork-edit, patch, yes",
        "rootlessnetwork-edit, delete, yes",
    })
    void letsPeopleDoWhatTheirRoleSays(String role, String verb, String answer) {
        String user = "holder-of-" + role;
        server.kubectlOn("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %s, namespace: demo}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}]
                """.formatted(user, role, user), "apply").orFail();

        // It knows of a new role some moments later.
        await().atMost(TestNamespace.DEADLINE)
                .untilAsserted(() -> assertThat(mayI(user, verb)).isEqualTo(answer));
        assertThat(mayI(user, "patch", "--subresource=status")).isEqualTo("no");
    }

    private static String mayI(String user, String verb, String... more) {
        String[] question = {"auth", "can-i", verb, "rootlessnetworks", "--as=" + user};
        return namespace
                .kubectl(Stream.concat(Stream.of(question), Stream.of(more)).toArray(String[]::new))
                .stdout()
                .strip();
    }

    @Test
    void answersAtItsDefaultAddressWhetherItIsReady() {
        String[] ask = {"curl", "--silent", "--fail", "http://127.0.0.1:9470/readyz"};
        await().atMost(TestNamespace.DEADLINE)
                .until(() -> CommandResult.run(ask).stdout().strip().equals("ok"));
    }
}
