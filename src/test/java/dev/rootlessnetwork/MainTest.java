package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as users meet it, in this process. */
class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    private int run(String... arguments) {
        out.reset();
        err.reset();
        return Main.execute(
                new Console(
                        environment,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)),
                arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void saysInOneLineWhatIsWrongWithTheUsage() {
        assertThat(run("check")).isEqualTo(2);
        assertThat(err())
                .isEqualTo("rootlessnet check: Missing required parameter: 'PATH'\nTry 'rootlessnet check --help'.\n");
        assertThat(run("chek")).isEqualTo(2);
        assertThat(err()).isEqualTo("""
                        rootlessnet: Unmatched argument at index 0: 'chek'
                        Did you mean: rootlessnet check?
                        Try 'rootlessnet --help'.
                        """);
        assertThat(run("check", "nowhere.yaml")).isEqualTo(2);
        assertThat(err()).isEqualTo("rootlessnet check: nowhere.yaml does not exist\n");
        assertThat(run()).isEqualTo(2);
        assertThat(err()).startsWith("Usage: rootlessnet");
        assertThat(out()).isEmpty();
    }

    @Test
    void refusesUnknownVariablesOfItsOwn() {
        environment.put("ROOTLESSNET_STATE_DR", "/x");
        assertThat(run("get")).isEqualTo(2);
        assertThat(err())
                .isEqualTo("rootlessnet get: unknown environment variable ROOTLESSNET_STATE_DR; did you mean"
                        + " ROOTLESSNET_STATE_DIR?\n");
    }

    @Test
    void takesFlagsFromTheEnvironmentAndPrefersTheCommandLine() {
        environment.put("ROOTLESSNET_STATE_DIR", directory.resolve("none").toString());
        assertThat(run("get")).isZero();
        assertThat(err()).isEqualTo("No objects in " + directory.resolve("none") + ".\n");
        assertThat(run("get", "--state-dir", directory.toString())).isZero();
        assertThat(err()).isEqualTo("No objects in " + directory + ".\n");
        environment.put("ROOTLESSNET_READY_TIMEOUT", "5");
        assertThat(run("get")).isEqualTo(2);
        assertThat(err())
                .startsWith(
                        "rootlessnet get: Invalid value for option '--ready-timeout': a duration is written like 500ms,"
                                + " 5s or 1h30m, not \"5\" (from ROOTLESSNET_READY_TIMEOUT in the environment)\n");
    }

    @Test
    void refusesDefaultsInPodmansWords() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), "");
        assertThat(run("check", "--network-cmd-options", "mtu=1500", "--network-cmd-options=x=1", file.toString()))
                .isEqualTo(2);
        assertThat(err())
                .isEqualTo("rootlessnet check: --network-cmd-options: unknown option for slirp4netns: \"x=1\"\n");
        environment.put("ROOTLESSNET_NETWORK_CMD_OPTIONS", "mtu=1500,cidr=nonsense");
        assertThat(run("check", file.toString())).isEqualTo(2);
        assertThat(err()).contains("invalid cidr \"nonsense\"");
    }

    @Test
    void checksManifests() throws IOException {
        String text = """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: web}
                spec:
                  target: {pid: 1}
                """;
        Path good = Files.writeString(directory.resolve("good.yaml"), text);
        assertThat(run("check", good.toString())).isZero();
        assertThat(out()).isEqualTo("1 object is valid.\n");
        Path names = Files.writeString(
                directory.resolve("names.yaml"), text.replace("web", "names") + "  options: {outboundAddr: absent0}\n");
        assertThat(run("check", names.toString()))
                .as("interfaces are another machine's")
                .isZero();
        Files.writeString(names, text.replace("web", "names") + "  options: {outboundAddr: a/b}\n");
        assertThat(run("check", names.toString())).isEqualTo(1);
        assertThat(out()).isEqualTo(names + ":6: spec.options.outboundAddr: invalid outbound_addr \"a/b\"\n");
        Files.delete(names);
        Path bad = Files.writeString(directory.resolve("bad.yaml"), text + "  prots: []\n  options: {mtu: 1}\n");
        assertThat(run("check", directory.toString())).isEqualTo(1);
        assertThat(out().lines().toList())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).startsWith(bad + ":6: spec.prots: unknown field; did you mean"))
                .anySatisfy(line -> assertThat(line).startsWith(bad + ":7: spec.options.mtu: "))
                .anySatisfy(line -> assertThat(line).startsWith(good + ":3: metadata.name: default/web is declared"));
    }

    @Test
    void findsManifestsByNameInDirectoriesInByteOrderWithoutRecursion() throws IOException {
        Files.createDirectory(directory.resolve("sub.yaml"));
        for (String name : new String[] {"B.json", "a.yml", "é.yaml", ".hidden.yaml", "c.txt"}) {
            Files.writeString(directory.resolve(name), "");
        }
        assertThat(run("check", directory.toString(), directory + "/../" + directory.getFileName() + "/a.yml"))
                .isEqualTo(1);
        assertThat(out())
                .isEqualTo(String.join(
                        ":1: holds no object\n",
                        directory.resolve("B.json").toString(),
                        directory.resolve("a.yml").toString(),
                        directory.resolve("é.yaml").toString(),
                        ""));
    }

    @Test
    void showsNothingOfAnUnknownName() {
        assertThat(run("get", "web", "--state-dir", directory.toString())).isEqualTo(1);
        assertThat(err()).isEqualTo("rootlessnet get: there is no object default/web\n");
        assertThat(run("get", "-o", "json", "--state-dir", directory.toString()))
                .isZero();
        assertThat(out()).contains("\"items\" : [ ]");
        assertThat(run("delete", "--state-dir", directory.toString())).isEqualTo(2);
        assertThat(err()).isEqualTo("rootlessnet delete: give either the NAME of an object or --all\n");
    }

    @Test
    void printsACompletionScriptForEveryCommand() {
        assertThat(run("completion")).isZero();
        assertThat(out()).startsWith("#!").contains("run", "get", "delete", "check", "--state-dir");
    }

    @Test
    void logsToStandardErrorOnlyInTextOrJson() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path manifest = Files.writeString(directory.resolve("a.yaml"), "");
        String[] run = {"run", "--once", "--state-dir", file.resolve("state").toString(), manifest.toString()};
        assertThat(run(run)).isEqualTo(1);
        assertThat(out()).isEmpty();
        assertThat(err().lines().findFirst().orElseThrow())
                .matches(
                        "time=\\S+Z level=INFO logger=RunCommand Starting state-dir=.*/file/state network-cmd-path=slirp4netns"
                                + " network-cmd-options= no-pivot-root=false ready-timeout=5s host-port-range=20000-29999"
                                + " udp-idle-timeout=90s close-grace=0s relay-drain=24h log-level=info log-format=text");
        environment.put("ROOTLESSNET_LOG_FORMAT", "json");
        assertThat(run(run)).isEqualTo(1);
        assertThat(err().lines().findFirst().orElseThrow())
                .startsWith("{\"time\":")
                .contains("\"level\":\"INFO\"");
        environment.put("ROOTLESSNET_LOG_LEVEL", "error");
        assertThat(run(run)).isEqualTo(1);
        assertThat(err())
                .startsWith("rootlessnet run: cannot use state directory")
                .hasLineCount(1);
    }

    @Test
    void preparesNothingThatIsNotNamedInFull() {
        assertThat(run("prepare-node")).isEqualTo(2);
        assertThat(err())
                .isEqualTo("rootlessnet prepare-node: nothing to do: give --cgroup, or --seccomp-profile and"
                        + " --seccomp-directory\n");
        assertThat(run("prepare-node", "--seccomp-profile", "a.json", "--seccomp-directory", "b"))
                .isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "rootlessnet prepare-node: --seccomp-profile and --seccomp-directory belong together, the latter"
                                + " an absolute path of the node\n");
    }

    @Test
    void helpsWithEachCommand() {
        for (String command : Main.commandLine(new Console(Map.of(), System.out, System.err), "")
                .getSubcommands()
                .keySet()) {
            assertThat(run(command, "--help")).isZero();
            assertThat(out()).startsWith("Usage: rootlessnet " + command);
        }
    }
}
