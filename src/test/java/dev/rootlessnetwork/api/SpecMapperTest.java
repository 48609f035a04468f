package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkCmdOptions;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Recollection;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.network.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SpecMapperTest {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Predicate<String> INTERFACES = Set.of("eth0")::contains;
    private static final SpecMapper STANDALONE = new SpecMapper(Source.STANDALONE, OptionSet.EMPTY, INTERFACES);
    private static final SpecMapper CLUSTER = new SpecMapper(Source.CLUSTER, OptionSet.EMPTY, INTERFACES);

    private static final String HEAD = """
            apiVersion: rootlessnetwork.dev/v1alpha1
            kind: RootlessNetwork
            metadata: {name: web, namespace: demo, uid: u-1, generation: 3, creationTimestamp: "2026-01-01T00:00:00Z"}
            """;

    private static RootlessNetwork read(String yaml) {
        try {
            return YAML.readValue(yaml, RootlessNetwork.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NetworkRequest.Run run(SpecMapper mapper, String yaml) {
        NetworkRequest request = mapper.map(read(yaml));
        assertThat(request).isInstanceOf(NetworkRequest.Run.class);
        return (NetworkRequest.Run) request;
    }

    private static List<String> violations(SpecMapper mapper, String yaml) {
        NetworkRequest request = mapper.map(read(yaml));
        assertThat(request).isInstanceOf(NetworkRequest.Refuse.class);
        return ((NetworkRequest.Refuse) request)
                .violations().stream().map(Violation::toString).toList();
    }

    @Test
    void mapsEveryField() {
        NetworkRequest.Run run = run(STANDALONE, HEAD + """
                        spec:
                          nodeName: ignored
                          target: {pid: 4242}
                          options:
                            cidr: 192.168.0.0/24
                            mtu: 9000
                            enableIPv6: true
                            allowHostLoopback: true
                            portHandler: slirp4netns
                            outboundAddr: eth0
                            outboundAddr6: "2001:db8::1"
                            disableDNS: true
                            macAddress: "52:54:00:12:34:56"
                            interfaceName: net0
                          ports:
                          - {name: dns, protocol: UDP, hostIP: 127.0.0.1, hostPort: 5353, containerPort: 53, containerIP: 192.0.2.1, range: 2}
                        """);
        NetworkOptions options = new NetworkOptions(
                Ipv4Cidr.parse("192.168.0.0/24"),
                9000,
                true,
                true,
                PortHandlerKind.SLIRP4NETNS,
                "eth0",
                "2001:db8::1",
                true,
                "52:54:00:12:34:56",
                "net0");
        PortEntry port = new PortEntry(
                "dns",
                Protocol.UDP,
                InetAddresses.forString("127.0.0.1"),
                5353,
                53,
                InetAddresses.forString("192.0.2.1"),
                2);
        assertThat(run)
                .isEqualTo(new NetworkRequest.Run(
                        new NetworkPlan(
                                new NetworkIdentity(new NetworkKey("demo", "web"), "u-1", 3),
                                "demo/web",
                                "",
                                new Target.Pid(4242),
                                options,
                                List.of(port)),
                        Recollection.NONE));
    }

    @Test
    void leavesToTheDefaultsWhatIsNotWritten() {
        OptionSet defaults = NetworkCmdOptions.parse(List.of("mtu=1500", "port_handler=slirp4netns"), INTERFACES)
                .options();
        NetworkRequest.Run run =
                run(new SpecMapper(Source.STANDALONE, defaults, INTERFACES), HEAD + "spec: {target: {pid: 1}}");
        assertThat(run.plan().options())
                .isEqualTo(new NetworkOptions(
                        null, 1500, false, false, PortHandlerKind.SLIRP4NETNS, null, null, false, null, "tap0"));
        assertThat(run.plan().ports()).isEmpty();
    }

    static Arguments[] targets() {
        return new Arguments[] {
            arguments("{pid: 4194304}", new Target.Pid(4194304)),
            arguments("{pidFile: /run/web.pid}", new Target.PidFile(Path.of("/run/web.pid"))),
            arguments("{netnsPath: /run/netns/web}", new Target.NetnsPath(Path.of("/run/netns/web"))),
        };
    }

    @ParameterizedTest
    @MethodSource("targets")
    void mapsEachKindOfTarget(String written, Target target) {
        assertThat(run(STANDALONE, HEAD + "spec: {target: " + written + "}")
                        .plan()
                        .target())
                .isEqualTo(target);
    }

    @Test
    void takesAnEmptyMacAddressForNone() {
        assertThat(run(STANDALONE, HEAD + "spec: {target: {pid: 1}, options: {macAddress: ''}}")
                        .plan()
                        .options()
                        .macAddress())
                .isNull();
    }

    static Arguments[] refused() {
        String missingTarget = "spec.target: is missing: name the target by one of pid, pidFile, netnsPath";
        return new Arguments[] {
            arguments("no spec at all", "", List.of(missingTarget)),
            arguments("an empty spec", "spec: {}", List.of(missingTarget)),
            arguments("an empty target", "spec: {target: {}}", List.of(missingTarget)),
            arguments(
                    "two targets",
                    "spec: {target: {pid: 1, pidFile: /a}}",
                    List.of("spec.target: must have exactly one of pid, pidFile, netnsPath, not pid and pidFile")),
            arguments(
                    "three targets, two of them wrong",
                    "spec: {target: {pid: 0, pidFile: a, netnsPath: /b}}",
                    List.of(
                            "spec.target: must have exactly one of pid, pidFile, netnsPath, not pid and pidFile and"
                                    + " netnsPath",
                            "spec.target.pid: must be 1-4194304, not 0",
                            "spec.target.pidFile: must be an absolute path like /run/web.pid, not \"a\"")),
            arguments(
                    "a negative PID",
                    "spec: {target: {pid: -1}}",
                    List.of("spec.target.pid: must be 1-4194304, not -1")),
            arguments(
                    "a PID beyond the kernel's limit",
                    "spec: {target: {pid: 4194305}}",
                    List.of("spec.target.pid: must be 1-4194304, not 4194305")),
            arguments(
                    "an empty path",
                    "spec: {target: {netnsPath: ''}}",
                    List.of("spec.target.netnsPath: must be an absolute path like /run/netns/web, not \"\"")),
            arguments(
                    "a path that no file can have",
                    "spec: {target: {pidFile: \"/a\\0b\"}}",
                    List.of("spec.target.pidFile: must be an absolute path like /run/web.pid, not \"/a\\x00b\" (Nul"
                            + " character not allowed)")),
            arguments(
                    "options in the words of Podman's parser",
                    "spec: {target: {pid: 1}, options: {cidr: x, portHandler: invalid, mtu: 67}}",
                    List.of(
                            "spec.options.cidr: invalid cidr \"x\"",
                            "spec.options.mtu: invalid mtu \"67\"",
                            "spec.options.portHandler: unknown port_handler for slirp4netns: \"invalid\"")),
            arguments(
                    "an IPv6 address that the default port handler takes, but not without IPv6",
                    "spec: {target: {pid: 1}, ports: [{name: a, containerPort: 80, containerIP: 'fd00::1'}]}",
                    List.of("spec.ports[0].containerIP: \"fd00::1\" is an IPv6 address: set options.enableIPv6, or"
                            + " name an IPv4 address")),
            arguments(
                    "everything at once",
                    "spec: {target: {pid: 0}, options: {mtu: 5}, ports: [{containerPort: 0}]}",
                    List.of(
                            "spec.target.pid: must be 1-4194304, not 0",
                            "spec.options.mtu: invalid mtu \"5\"",
                            "spec.ports[0].name: is missing: name the port, for example http",
                            "spec.ports[0].containerPort: must be 1-65535, not 0")),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses(String sentence, String spec, List<String> expected) {
        assertThat(violations(STANDALONE, HEAD + spec)).isEqualTo(expected);
    }

    static Arguments[] metadata() {
        return new Arguments[] {
            arguments(
                    "no type",
                    "metadata: {name: web, namespace: demo, uid: u}",
                    List.of(
                            "apiVersion: is missing: write rootlessnetwork.dev/v1alpha1",
                            "kind: is missing: write RootlessNetwork")),
            arguments(
                    "another type",
                    "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: demo, uid: u}}",
                    List.of(
                            "apiVersion: must be rootlessnetwork.dev/v1alpha1, not \"v1\"",
                            "kind: must be RootlessNetwork, not \"Pod\"")),
            arguments(
                    "names that a cluster refuses",
                    "{apiVersion: rootlessnetwork.dev/v1alpha1, kind: RootlessNetwork, metadata: {name: Web_1,"
                            + " namespace: a.b, uid: '', generation: 0}}",
                    List.of(
                            "metadata.name: \"Web_1\" is no DNS subdomain: use at most 253 lower-case letters, digits,"
                                    + " '-' and '.', beginning and ending with a letter or digit",
                            "metadata.namespace: \"a.b\" is no DNS label: use at most 63 lower-case letters, digits and"
                                    + " '-', beginning and ending with a letter or digit",
                            "metadata.uid: is empty: leave it out to have one made",
                            "metadata.generation: must be at least 1, not 0: leave it out to have it counted")),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("metadata")
    void refusesMetadataThatAClusterWould(String sentence, String yaml, List<String> expected) {
        assertThat(violations(STANDALONE, yaml))
                .startsWith(expected.toArray(String[]::new))
                .hasSize(expected.size() + 1);
    }

    @Test
    void doesNotJudgeAgainWhatIsWrongInFormAlready() {
        Violation form = new Violation("spec.ports[0].containerPort", "expected a whole number, found the text \"80\"");
        NetworkRequest request =
                STANDALONE.map(read(HEAD + "spec: {target: {pid: 0}, ports: [{name: a}]}"), List.of(form));
        assertThat(request)
                .isEqualTo(new NetworkRequest.Refuse(
                        new NetworkIdentity(new NetworkKey("demo", "web"), "u-1", 3),
                        List.of(form, new Violation("spec.target.pid", "must be 1-4194304, not 0"))));
    }

    @Test
    void refusesWhatIsWrongInFormAlone() {
        Violation form = new Violation("spec.options.mtuu", "unknown field; did you mean mtu?");
        assertThat(STANDALONE.map(read(HEAD + "spec: {target: {pid: 1}}"), List.of(form)))
                .isEqualTo(new NetworkRequest.Refuse(
                        new NetworkIdentity(new NetworkKey("demo", "web"), "u-1", 3), List.of(form)));
    }

    @Test
    void needsANodeInACluster() {
        assertThat(violations(CLUSTER, HEAD + "spec: {target: {pid: 1}}"))
                .containsExactly("spec.nodeName: is missing: name the node of the target");
    }

    @Test
    void letsTheOlderObjectGoFirstInACluster() {
        NetworkPlan plan =
                run(CLUSTER, HEAD + "spec: {nodeName: n1, target: {pid: 1}}").plan();
        assertThat(plan.precedence()).isEqualTo("2026-01-01T00:00:00Z/u-1");
        assertThat(plan.nodeName()).isEqualTo("n1");
    }

    private static final String STATUS = """
            status:
              target: {nodeName: n1, pid: 7, startTime: 99, bootID: b, netns: "net:[1]"}
              ports:
              - {name: chosen, protocol: TCP, hostIP: 0.0.0.0, hostPort: 20001, containerPort: 80, range: 1, state: Active, reason: "", message: ""}
              - {name: given, protocol: TCP, hostIP: 0.0.0.0, hostPort: 8080, containerPort: 80, range: 1, state: Active, reason: "", message: ""}
              - {name: gone, protocol: TCP, hostIP: 0.0.0.0, hostPort: 20002, containerPort: 80, range: 1, state: Active, reason: "", message: ""}
            """;

    @Test
    void remembersBindingAndChosenPortsFromTheLastStatus() {
        Recollection recollection = run(CLUSTER, HEAD + """
                                spec:
                                  nodeName: n1
                                  target: {pid: 7}
                                  ports:
                                  - {name: chosen, containerPort: 80}
                                  - {name: given, hostPort: 8080, containerPort: 80}
                                  - {name: fresh, containerPort: 80}
                                """ + STATUS).recollection();
        assertThat(recollection)
                .isEqualTo(new Recollection(new TargetBinding("n1", 7, 99, "b", "net:[1]"), Map.of("chosen", 20001)));
    }

    static Arguments[] others() {
        return new Arguments[] {
            arguments("another process", "spec: {nodeName: n1, target: {pid: 8}}"),
            arguments("another node", "spec: {nodeName: n2, target: {pid: 7}}"),
            arguments("another kind of target", "spec: {nodeName: n1, target: {pidFile: /run/web.pid}}"),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void ignoresABindingOf(String sentence, String spec) {
        assertThat(run(CLUSTER, HEAD + spec + "\n" + STATUS).recollection().binding())
                .isNull();
    }
}
