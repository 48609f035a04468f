package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.NetworkKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {
    private static final String HEAD = """
            apiVersion: rootlessnetwork.dev/v1alpha1
            kind: RootlessNetwork
            metadata: {name: web}
            """;

    @TempDir
    Path directory;

    private static List<String> problems(String text) {
        ManifestFile file = Manifests.file("a.yaml", text);
        List<String> all = new java.util.ArrayList<>();
        file.problems().forEach(problem -> all.add(problem.toString()));
        file.manifests()
                .forEach(manifest -> manifest.violations()
                        .forEach(
                                violation -> all.add(manifest.problem(violation).toString())));
        return all;
    }

    private static Manifest only(String text) {
        ManifestFile file = Manifests.file("a.yaml", text);
        assertThat(file.problems()).isEmpty();
        assertThat(file.manifests()).hasSize(1);
        return file.manifests().get(0);
    }

    @Test
    void fillsInNamespaceAndAUidDerivedFromTheName() {
        Manifest manifest = only(HEAD + "spec: {target: {pid: 1}}");
        assertThat(manifest.key()).isEqualTo(new NetworkKey("default", "web"));
        assertThat(manifest.uid()).isEqualTo("9a497668-a09e-3531-9286-917fcbaaa28b");
        assertThat(manifest.generation()).isZero();
    }

    @Test
    void takesAnExportOfACluster() {
        Manifest manifest = only("""
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata:
                  name: web
                  namespace: demo
                  uid: 1-2-3
                  generation: 7
                  resourceVersion: "9"
                  creationTimestamp: 2026-01-01T00:00:00Z
                  labels: {app: web}
                  annotations: {note: ""}
                  managedFields: [{manager: kubectl}]
                  ownerReferences: []
                spec: {nodeName: n, target: {pid: 1}}
                status: {anything: [1, 2]}
                """);
        assertThat(manifest.violations()).isEmpty();
        assertThat(manifest.key()).hasToString("demo/web");
        assertThat(manifest.uid()).isEqualTo("1-2-3");
        assertThat(manifest.generation()).isEqualTo(7);
        assertThat(ObjectTree.of(manifest.object()).at("/metadata/labels/app").asText())
                .isEqualTo("web");
    }

    @Test
    void readsSeveralDocumentsAndListsAndPassesOverEmptyDocuments() {
        String text = "---\n" + Manifests.yaml("a", 1) + "---\n---\n# nothing\n---\n" + """
                kind: List
                apiVersion: v1
                items:
                - {apiVersion: rootlessnetwork.dev/v1alpha1, kind: RootlessNetwork, metadata: {name: b}, spec: {target: {pid: 2}}}
                - {apiVersion: rootlessnetwork.dev/v1alpha1, kind: RootlessNetwork, metadata: {name: c}, spec: {targt: {pid: 2}}}
                """;
        ManifestFile file = Manifests.file("a.yaml", text);
        assertThat(file.sound()).isTrue();
        assertThat(file.manifests())
                .extracting(manifest -> manifest.key().name())
                .containsExactly("a", "b", "c");
        assertThat(problems(text)).containsExactly("a.yaml:15: spec.targt: unknown field; did you mean \"target\"?");
    }

    @Test
    void readsJsonIndentedByTabs() {
        String json = """
                {
                  "apiVersion": "rootlessnetwork.dev/v1alpha1",
                  "kind": "RootlessNetwork",
                  "metadata": {"name": "web"},
                  "spec": {"target": {"pid": 1}}
                }
                """.replace("  ", "\t");
        assertThat(only(json).object().getSpec().target().pid()).isEqualTo(1);
    }

    @Test
    void tellsEveryViolationWithItsLine() {
        assertThat(problems(HEAD + """
                spec:
                  target: {pid: "7"}
                  options:
                    mtu: 1e3
                    mtu: 1500
                    enableIPv6: 1
                    interfaceName: on
                    cidr: [10.0.2.0/24]
                  ports:
                    http: 80
                """))
                .containsExactly(
                        "a.yaml:5: spec.target.pid: expected a whole number, found \"7\"",
                        "a.yaml:8: spec.options.mtu: is given twice; remove one of the two",
                        "a.yaml:8: spec.options.mtu: expected a whole number in decimal digits without leading zeros, found 1e3",
                        "a.yaml:9: spec.options.enableIPv6: expected true or false, found the number 1",
                        "a.yaml:10: spec.options.interfaceName: expected text, found the truth value on; put it in quotes",
                        "a.yaml:11: spec.options.cidr: expected text, found a list",
                        "a.yaml:12: spec.ports: expected a list, found an object");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "080 | expected a whole number in decimal digits without leading zeros, found 080",
                "0x50 | expected a whole number in decimal digits without leading zeros, found 0x50",
                "8e1 | expected a whole number in decimal digits without leading zeros, found 8e1",
                "80.0 | expected a whole number in decimal digits without leading zeros, found 80.0",
                "99999999999 | expected a whole number from -2147483648 to 2147483647, found 99999999999",
                "eighty | expected a whole number, found \"eighty\"",
                "true | expected a whole number, found the truth value true",
                "{} | expected a whole number, found an object"
            })
    void takesOnlyPlainDecimalsForNumbers(String value, String message) {
        assertThat(problems(HEAD + "spec: {target: {pid: 1}, ports: [{name: a, containerPort: " + value + "}]}"))
                .containsExactly("a.yaml:4: spec.ports[0].containerPort: " + message);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "True,true", "yes,true", "on,true", "false,false", "no,false", "OFF,false"})
    void takesTruthValuesAsKubectlDoes(String value, boolean expected) {
        assertThat(only(HEAD + "spec: {target: {pid: 1}, options: {enableIPv6: " + value + "}}")
                        .object()
                        .getSpec()
                        .options()
                        .enableIPv6())
                .isEqualTo(expected);
    }

    @Test
    void takesAMacAddressOfDigitsForText() {
        assertThat(only(HEAD + "spec: {target: {pid: 1}, options: {macAddress: 52:54:00:12:34:56}}")
                        .object()
                        .getSpec()
                        .options()
                        .macAddress())
                .isEqualTo("52:54:00:12:34:56");
    }

    @Test
    void takesMergeKeysAndAliases() {
        Manifest manifest = only(HEAD + """
                spec:
                  target: {pid: 1}
                  ports:
                  - &one {name: a, containerPort: 80}
                  - {<<: *one, name: b}
                """);
        assertThat(manifest.violations()).isEmpty();
        assertThat(manifest.object().getSpec().ports().get(1).containerPort()).isEqualTo(80);
    }

    @Test
    void treatsNullAsNotWritten() {
        assertThat(only(HEAD + "spec: {target: {pid: 1}, options: null, ports: ~}")
                        .violations())
                .isEmpty();
        assertThat(problems(HEAD + "spec:")).containsExactly("a.yaml:4: spec: is missing");
    }

    @Test
    void refusesWhatLeavesOpenWhichObjectIsMeant() {
        ManifestFile file = Manifests.file(
                "a.yaml", HEAD.replace("name: web", "name: Web, nmespace: x, generation: 0") + "spec: {}");
        assertThat(file.sound()).isFalse();
        assertThat(file.manifests()).isEmpty();
        assertThat(file.problems().stream().map(ManifestProblem::field))
                .containsExactlyInAnyOrder("metadata.name", "metadata.nmespace", "metadata.generation");
        assertThat(problems("kind: RootlessNetwork"))
                .containsExactly("a.yaml:1: apiVersion: is missing; expected rootlessnetwork.dev/v1alpha1");
        assertThat(problems("[]"))
                .containsExactly("a.yaml:1: expected an object with apiVersion, kind, metadata and spec");
    }

    @Test
    void saysThatOtherKindsAreNotServedButTakesTheirFilesForSound() {
        String service = "apiVersion: v1\nkind: Service\n";
        assertThat(Manifests.file("a.yaml", service).sound()).isTrue();
        assertThat(problems(service))
                .containsExactly("a.yaml:2: kind: \"Service\" of v1 is not served here; expected RootlessNetwork of"
                        + " rootlessnetwork.dev/v1alpha1");
        assertThat(Manifests.file("a.yaml", HEAD.replace("kind: Root", "kind: Rot"))
                        .sound())
                .isFalse();
    }

    @Test
    void takesAnEmptyFileForBroken() {
        for (String text : List.of("", "\n", "# comment\n", "---\n---\n")) {
            assertThat(Manifests.file("a.yaml", text))
                    .isEqualTo(ManifestFile.broken(Path.of("a.yaml"), "holds no object"));
        }
    }

    @Test
    void boundsAliasesAndDepth() {
        String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
        for (char level = 'b'; level < 'j'; level++) {
            char below = (char) (level - 1);
            bomb += level + ": &" + level
                    + (" [*" + below + ",*" + below + ",*" + below + ",*" + below + ",*" + below + "]\n");
        }
        assertThat(problems(bomb))
                .containsExactly("a.yaml:1: too large or too deep with its aliases written out; write it without them");
        assertThat(problems("a: &a [*a]"))
                .containsExactly("a.yaml:1: too large or too deep with its aliases written out; write it without them");
        assertThat(problems("[".repeat(100_000))).containsExactly("a.yaml:1: nested deeper than 100 levels");
    }

    @Test
    void tellsWhatIsNotYaml() {
        assertThat(problems("a: 1\nb: c: d\n"))
                .containsExactly("a.yaml:2: not YAML: mapping values are not allowed here");
        assertThat(problems("a: 1\nb: \u0001\n"))
                .containsExactly("a.yaml:2: not YAML: it holds the control character U+0001");
    }

    @Test
    void tellsOfFilesThatCannotBeRead() throws IOException {
        Path bytes = Files.write(directory.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(ManifestReader.read(bytes).problems())
                .containsExactly(new ManifestProblem(bytes, 1, "", "is not UTF-8 text"));
        Path missing = directory.resolve("b.yaml");
        assertThat(ManifestReader.read(missing).problems())
                .containsExactly(new ManifestProblem(missing, 1, "", "does not exist"));
        assertThat(ManifestReader.read(Path.of("/dev/null")).problems())
                .containsExactly(new ManifestProblem(Path.of("/dev/null"), 1, "", "is not a regular file"));
    }

    @Test
    void passesOverAByteOrderMark() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), "\uFEFF" + Manifests.yaml("web", 1));
        assertThat(ManifestReader.read(file).manifests()).hasSize(1);
    }
}
