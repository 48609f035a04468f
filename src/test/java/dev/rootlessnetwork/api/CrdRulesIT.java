package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.InterfaceName;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.testing.ApiServer;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API server refuses by the rules of the schema, in which words, and that the agent would refuse it, too. */
class CrdRulesIT {
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final SpecMapper AGENT =
            new SpecMapper(Source.CLUSTER, OptionSet.EMPTY, InterfaceName::isWellFormed);

    private static ApiServer server;

    @BeforeAll
    static void bringUp() {
        server = ApiServer.shared();
    }

    private static String manifest(String spec) {
        return """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: bad, namespace: default}
                spec: %s
                """.formatted(spec);
    }

    /** What the API server says of a spec, a text for each violation; nothing is stored. */
    private static List<String> refusals(String spec) {
        String prefix = "The RootlessNetwork \"bad\" is invalid: ";
        String words =
                server.kubectlOn(manifest(spec), "create", "--dry-run=server").stderr();
        assertThat(words).startsWith(prefix);
        return words.substring(prefix.length())
                .lines()
                .map(line -> line.startsWith("* ") ? line.substring(2) : line)
                // That it judges no rule where a field is missing or not among the choices.
                .filter(line -> !line.isEmpty() && !line.startsWith("<nil>: "))
                .toList();
    }

    private static NetworkRequest judgedByTheAgent(String spec) throws IOException {
        RootlessNetwork object = YAML.readValue(manifest(spec), RootlessNetwork.class);
        object.defaultUid("uid");
        return AGENT.map(object);
    }

    private static void assertRefused(String spec, String expected) throws IOException {
        assertThat(refusals(spec)).containsExactly(expected);
        assertThat(judgedByTheAgent(spec)).isInstanceOf(NetworkRequest.Refuse.class);
    }

    private static void assertAccepted(String spec) throws IOException {
        server.kubectlOn(manifest(spec), "create", "--dry-run=server").orFail();
        assertThat(judgedByTheAgent(spec)).isInstanceOf(NetworkRequest.Run.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {target: {pid: 1}} | spec.nodeName: Required value
            {nodeName: n1} | spec.target: Required value
            {nodeName: "", target: {pid: 1}} | spec.nodeName: Invalid value: "string": must be the name of a node, as kubectl get nodes prints it, not ""
            {nodeName: n1, target: {}} | spec.target: Invalid value: "object": must have exactly one of pid, pidFile, netnsPath
            {nodeName: n1, target: {pid: 1, netnsPath: /run/netns/web}} | spec.target: Invalid value: "object": must have exactly one of pid, pidFile, netnsPath
            {nodeName: n1, target: {pid: 0}} | spec.target.pid: Invalid value: 0: spec.target.pid in body should be greater than or equal to 1
            {nodeName: n1, target: {pid: 4194305}} | spec.target.pid: Invalid value: 4194305: spec.target.pid in body should be less than or equal to 4194304
            {nodeName: n1, target: {pidFile: web.pid}} | spec.target.pidFile: Invalid value: "string": must be an absolute path like /run/web.pid, not "web.pid"
            {nodeName: n1, target: {netnsPath: ""}} | spec.target.netnsPath: Invalid value: "string": must be an absolute path like /run/netns/web, not ""
            """)
    void refusesASpec(String spec, String expected) throws IOException {
        assertRefused(spec, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            cidr: 10.0.2.0 | spec.options.cidr: Invalid value: "string": CIDR needs to be an IPv4 network like 10.0.2.0/24, not "10.0.2.0"
            cidr: fd00::/64 | spec.options.cidr: Invalid value: "string": CIDR needs to be an IPv4 network like 10.0.2.0/24, not "fd00::/64"
            cidr: 10.0.2.0/33 | spec.options.cidr: Invalid value: "string": CIDR needs to be an IPv4 network like 10.0.2.0/24, not "10.0.2.0/33"
            cidr: 10.0.2.0/26 | spec.options.cidr: Invalid value: "string": prefix length needs to be 1-25, not that of "10.0.2.0/26"
            cidr: 0.0.0.0/0 | spec.options.cidr: Invalid value: "string": prefix length needs to be 1-25, not that of "0.0.0.0/0"
            cidr: 10.0.2.100/24 | spec.options.cidr: Invalid value: "string": CIDR needs to be a network address like 10.0.2.0/24, not like "10.0.2.100/24"
            mtu: 67 | spec.options.mtu: Invalid value: 67: spec.options.mtu in body should be greater than or equal to 68
            mtu: 65522 | spec.options.mtu: Invalid value: 65522: spec.options.mtu in body should be less than or equal to 65521
            mtu: 1279, enableIPv6: true | spec.options.mtu: Invalid value: "object": IPv6 needs an MTU of at least 1280: raise mtu, or leave enableIPv6 out
            portHandler: Slirp4netns | spec.options.portHandler: Unsupported value: "Slirp4netns": supported values: "rootlesskit", "slirp4netns"
            outboundAddr: "2001:db8::1" | spec.options.outboundAddr: Invalid value: "string": must be an IPv4 address like 192.0.2.10 or the name of an interface of the node, not "2001:db8::1"
            outboundAddr: eth0:1 | spec.options.outboundAddr: Invalid value: "string": must be an IPv4 address like 192.0.2.10 or the name of an interface of the node, not "eth0:1"
            outboundAddr6: 192.0.2.1 | spec.options.outboundAddr6: Invalid value: "string": must be an IPv6 address like 2001:db8::1 or the name of an interface of the node, not "192.0.2.1"
            outboundAddr6: a-name-of-sixteen | spec.options.outboundAddr6: Invalid value: "string": must be an IPv6 address like 2001:db8::1 or the name of an interface of the node, not "a-name-of-sixteen"
            outboundAddr6: "2001:db8::1", enableIPv6: false | spec.options.outboundAddr6: Invalid value: "object": needs IPv6: set enableIPv6 to true, or leave outboundAddr6 out
            macAddress: 52-54-00-12-34-56 | spec.options.macAddress: Invalid value: "string": MAC address is written as six octets like 52:54:00:12:34:56, not "52-54-00-12-34-56"
            macAddress: 53:54:00:12:34:56 | spec.options.macAddress: Invalid value: "string": MAC address of an interface must be a unicast address other than 00:00:00:00:00:00, not 53:54:00:12:34:56: its first octet must be even
            macAddress: 00:00:00:00:00:00 | spec.options.macAddress: Invalid value: "string": MAC address of an interface must be a unicast address other than 00:00:00:00:00:00, not 00:00:00:00:00:00: its first octet must be even
            interfaceName: "" | spec.options.interfaceName: Invalid value: "string": interface name "" needs 1-15 bytes without white space, slash, colon and percent sign: choose one like tap0
            interfaceName: tap/0 | spec.options.interfaceName: Invalid value: "string": interface name "tap/0" needs 1-15 bytes without white space, slash, colon and percent sign: choose one like tap0
            interfaceName: tap 0 | spec.options.interfaceName: Invalid value: "string": interface name "tap 0" needs 1-15 bytes without white space, slash, colon and percent sign: choose one like tap0
            interfaceName: ".." | spec.options.interfaceName: Invalid value: "string": interface name ".." needs 1-15 bytes without white space, slash, colon and percent sign: choose one like tap0
            interfaceName: ääääääää | spec.options.interfaceName: Invalid value: "string": interface name "ääääääää" needs 1-15 bytes without white space, slash, colon and percent sign: choose one like tap0
            interfaceName: lo | spec.options.interfaceName: Invalid value: "string": interface name "lo" is taken: choose another, like tap0
            """)
    void refusesOptions(String options, String expected) throws IOException {
        assertRefused("{nodeName: n1, target: {pid: 1}, options: {" + options + "}}", expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            containerPort: 80 | spec.ports[0].name: Required value
            name: http | spec.ports[0].containerPort: Required value
            name: Http, containerPort: 80 | spec.ports[0].name: Invalid value: "string": "Http" is no DNS label: use at most 63 lower-case letters, digits and "-", beginning and ending with a letter or digit
            name: http-, containerPort: 80 | spec.ports[0].name: Invalid value: "string": "http-" is no DNS label: use at most 63 lower-case letters, digits and "-", beginning and ending with a letter or digit
            name: http, containerPort: 0 | spec.ports[0].containerPort: Invalid value: 0: spec.ports[0].containerPort in body should be greater than or equal to 1
            name: http, containerPort: 65536 | spec.ports[0].containerPort: Invalid value: 65536: spec.ports[0].containerPort in body should be less than or equal to 65535
            name: http, containerPort: 80, hostPort: 0 | spec.ports[0].hostPort: Invalid value: 0: spec.ports[0].hostPort in body should be greater than or equal to 1
            name: http, containerPort: 80, hostPort: 65536 | spec.ports[0].hostPort: Invalid value: 65536: spec.ports[0].hostPort in body should be less than or equal to 65535
            name: http, containerPort: 80, range: 0 | spec.ports[0].range: Invalid value: 0: spec.ports[0].range in body should be greater than or equal to 1
            name: http, containerPort: 80, hostPort: 65535, range: 2 | spec.ports[0].range: Invalid value: "object": host ports go beyond 65535, which hostPort + range - 1 may be at most
            name: http, containerPort: 65000, range: 537 | spec.ports[0].range: Invalid value: "object": container ports go beyond 65535, which containerPort + range - 1 may be at most
            name: http, containerPort: 80, protocol: SCTP | spec.ports[0].protocol: Unsupported value: "SCTP": supported values: "TCP", "UDP"
            name: http, containerPort: 80, hostIP: localhost | spec.ports[0].hostIP: Invalid value: "string": "localhost" is no IP address: write one like 127.0.0.1 or ::1, not a name, nor IPv4 within IPv6
            name: http, containerPort: 80, hostIP: "fe80::1%eth0" | spec.ports[0].hostIP: Invalid value: "string": "fe80::1%eth0" is no IP address: write one like 127.0.0.1 or ::1, not a name, nor IPv4 within IPv6
            name: http, containerPort: 80, hostIP: "127.0.0.010" | spec.ports[0].hostIP: Invalid value: "string": "127.0.0.010" is no IP address: write one like 127.0.0.1 or ::1, not a name, nor IPv4 within IPv6
            name: http, containerPort: 80, containerIP: web | spec.ports[0].containerIP: Invalid value: "string": "web" is no IP address: write one like 10.0.2.100, not a name, nor IPv4 within IPv6
            name: http, containerPort: 80, containerIP: "0.0.0.0" | spec.ports[0].containerIP: Invalid value: "string": "0.0.0.0" is no address of a target: leave it out for the guest address
            name: http, containerPort: 80, containerIP: "::" | spec.ports[0].containerIP: Invalid value: "string": "::" is no address of a target: leave it out for the guest address
            """)
    void refusesAPort(String port, String expected) throws IOException {
        assertRefused("{nodeName: n1, target: {pid: 1}, ports: [{" + port + "}]}", expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            portHandler: slirp4netns | hostIP: "::1" | port handler slirp4netns listens on IPv4 only: name an IPv4 address as hostIP, or set options.portHandler to rootlesskit
            portHandler: slirp4netns | containerIP: fd00::5 | port handler slirp4netns forwards to IPv4 only: name an IPv4 address as containerIP, or set options.portHandler to rootlesskit
            portHandler: slirp4netns | containerIP: 127.0.0.1 | port handler slirp4netns does not reach the loopback of a target: leave containerIP out, and let the server listen on the guest address or 0.0.0.0
            enableIPv6: false | containerIP: fd00::5 | an IPv6 address as containerIP needs IPv6: set options.enableIPv6, or name an IPv4 address
            """)
    void refusesAPortThatTheOptionsRuleOut(String options, String port, String expected) throws IOException {
        String spec = "{nodeName: n1, target: {pid: 1}, options: {" + options
                + "}, ports: [{name: first, containerPort: 1}, {name: http, containerPort: 80, " + port + "}]}";
        assertRefused(spec, "spec.ports: Invalid value: \"object\": " + expected);
    }

    @Test
    void refusesMoreThanAThousandPorts() throws IOException {
        assertAccepted(ports(1000));
        assertRefused(ports(1001), "spec.ports: Too many: 1001: must have at most 1000 items");
    }

    /** Each rule has something to judge at each port: what it costs is bounded, too. */
    private static String ports(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(
                        port -> ("{name: p%1$d, protocol: TCP, hostIP: 127.0.0.1, hostPort: %1$d, containerPort: %1$d,"
                                        + " containerIP: 10.0.2.100, range: 1}")
                                .formatted(port))
                .collect(Collectors.joining(
                        ", ",
                        "{nodeName: n1, target: {pid: 1}, options: {portHandler: slirp4netns, enableIPv6: false}, ports: [",
                        "]}"));
    }

    @Test
    void refusesTwoPortsOfOneName() throws IOException {
        assertRefused(
                "{nodeName: n1, target: {pid: 1}, ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]}",
                "spec.ports[1]: Duplicate value: {\"name\":\"a\"}");
    }

    /** No node has such a name, hence no agent ever sees the object. */
    @Test
    void refusesANameThatNoNodeHas() {
        assertThat(refusals("{nodeName: N1, target: {pid: 1}}"))
                .containsExactly(
                        "spec.nodeName: Invalid value: \"string\": must be the name of a node, as kubectl get nodes prints it, not \"N1\"");
    }

    /** Kubernetes takes no such address anywhere; the agent reads it as the IPv4 address. */
    @Test
    void isStricterThanTheAgentWithIpv4WithinIpv6() throws IOException {
        String spec =
                "{nodeName: n1, target: {pid: 1}, ports: [{name: http, containerPort: 80, hostIP: \"::ffff:192.0.2.1\"}]}";
        assertThat(refusals(spec))
                .containsExactly(
                        "spec.ports[0].hostIP: Invalid value: \"string\": \"::ffff:192.0.2.1\" is no IP address: write one like 127.0.0.1 or ::1, not a name, nor IPv4 within IPv6");
        assertThat(judgedByTheAgent(spec)).isInstanceOf(NetworkRequest.Run.class);
    }

    /** The limits of what is right, and what only an agent with its defaults can judge. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {nodeName: node-1.example, target: {pid: 4194304}}
            {nodeName: n1, target: {pidFile: /run/web.pid}, options: {}, ports: []}
            {nodeName: n1, target: {netnsPath: /}, options: {cidr: 128.0.0.0/1, mtu: 65521, macAddress: "", interfaceName: ätap}}
            {nodeName: n1, target: {pid: 1}, options: {cidr: 10.0.2.128/25, mtu: 68, macAddress: FE:ff:ff:ff:ff:ff, outboundAddr: eth0}}
            {nodeName: n1, target: {pid: 1}, options: {enableIPv6: true, mtu: 1280, outboundAddr: 192.0.2.10, outboundAddr6: "2001:db8::1"}}
            {nodeName: n1, target: {pid: 1}, options: {enableIPv6: true, outboundAddr6: eth0}}
            {nodeName: n1, target: {pid: 1}, options: {enableIPv6: true, portHandler: rootlesskit}, ports: [{name: a, containerPort: 1, hostIP: "::", containerIP: fd00::5}]}
            {nodeName: n1, target: {pid: 1}, ports: [{name: a, protocol: UDP, hostPort: 65535, containerPort: 65535}]}
            {nodeName: n1, target: {pid: 1}, ports: [{name: a, hostPort: 1, containerPort: 1, range: 65535}]}
            """)
    void accepts(String spec) throws IOException {
        assertAccepted(spec);
    }

    /** An agent may have enableIPv6 by default: only it can tell. */
    @Test
    void leavesToTheAgentWhatDependsOnItsDefaults() throws IOException {
        String spec = "{nodeName: n1, target: {pid: 1}, options: {outboundAddr6: \"2001:db8::1\"}}";
        server.kubectlOn(manifest(spec), "create", "--dry-run=server").orFail();
        assertThat(judgedByTheAgent(spec)).isInstanceOf(NetworkRequest.Refuse.class);
    }
}
