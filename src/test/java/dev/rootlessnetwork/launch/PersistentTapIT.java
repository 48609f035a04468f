package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TargetServer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tap that stays when slirp4netns goes, on the real slirp4netns. */
class PersistentTapIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String MAC = "52:54:00:12:34:56";
    private static final NetworkOptions DEFAULTS = Plans.options(65520);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    private LauncherFixture fixture;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"));
        target = TargetProcess.inNetworkNamespace();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        target.close();
    }

    private static NetworkOptions options(String cidr, int mtu, boolean ipv6, String mac, String name) {
        Ipv4Cidr network = cidr == null ? null : Ipv4Cidr.parse(cidr);
        return new NetworkOptions(network, mtu, ipv6, false, PortHandlerKind.SLIRP4NETNS, null, null, false, mac, name);
    }

    private Observation converge(NetworkOptions options) {
        Observation observation = fixture.converge(Plans.run("web", new Target.Pid(target.pid()), options));
        assertThat(observation.slirpProblem()).isNull();
        return observation;
    }

    private Observation killAndConverge(Observation running, NetworkOptions options) {
        ProcessHandle.of(running.slirp().pid()).orElseThrow().destroyForcibly();
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
        fixture.changed.clear();
        return converge(options);
    }

    private int interfaceIndex(String name) {
        return Integer.parseInt(
                target.run("ip", "-o", "link", "show", name).orFail().stdout().replaceFirst(":.*\\s*", ""));
    }

    private static JsonNode ip(TargetProcess of, String... arguments) throws JsonProcessingException {
        String[] command =
                Stream.concat(Stream.of("ip", "-j", "-d"), Stream.of(arguments)).toArray(String[]::new);
        return JSON.readTree(of.run(command).orFail().stdout());
    }

    /** An option set, and what slirp4netns takes for it. */
    record Case(NetworkOptions options, List<String> flags) {}

    static Stream<Named<Case>> cases() {
        return Stream.of(
                Named.of("defaults", new Case(DEFAULTS, List.of("--mtu=65520"))),
                Named.of(
                        "cidr and mtu",
                        new Case(
                                options("192.168.0.0/25", 9000, false, null, "tap0"),
                                List.of("--mtu=9000", "--cidr=192.168.0.0/25"))),
                Named.of(
                        "MAC address and name",
                        new Case(
                                options(null, 1500, false, MAC, "net7"), List.of("--mtu=1500", "--macaddress=" + MAC))),
                Named.of(
                        "IPv6",
                        new Case(
                                options(null, 65520, true, MAC, "tap0"),
                                List.of("--mtu=65520", "--enable-ipv6", "--macaddress=" + MAC))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void looksToTheTargetLikeTheTapThatSlirp4netnsConfigures(Case example) throws Exception {
        String name = example.options().interfaceName();
        converge(example.options());
        try (TargetProcess other = TargetProcess.inNetworkNamespace();
                Reference reference = new Reference(other, example, temporary)) {
            reference.await(example.options().enableIpv6());

            assertThat(link(target, name)).isEqualTo(link(other, name));
            assertThat(link(target, "lo")).isEqualTo(link(other, "lo"));
            assertThat(addresses(target, name, example)).isEqualTo(addresses(other, name, example));
            assertThat(routes(target, "-4")).isEqualTo(routes(other, "-4"));
            assertThat(ip(target, "-4", "rule")).isEqualTo(ip(other, "-4", "rule"));
            if (example.options().enableIpv6()) {
                assertThat(routes(target, "-6")).isEqualTo(routes(other, "-6"));
            }
        }
    }

    /** Without what must differ: a random MAC address, that the tap persists, and that its carrier came later than it. */
    private static JsonNode link(TargetProcess of, String name) throws JsonProcessingException {
        ObjectNode link = (ObjectNode) ip(of, "link", "show", name).get(0);
        if (!link.get("address").textValue().equals(MAC)) {
            link.remove("address");
        }
        link.remove(List.of("operstate", "inet6_addr_gen_mode"));
        if (link.at("/linkinfo/info_data") instanceof ObjectNode data) {
            data.remove("persist");
        }
        return link;
    }

    /** With IPv6 also those of that, but for the link-local one, which slirp4netns's tap has of its first MAC address. */
    private static List<String> addresses(TargetProcess of, String name, Case example) throws JsonProcessingException {
        List<String> found = new ArrayList<>();
        for (JsonNode address : ip(of, "addr", "show", "dev", name).get(0).get("addr_info")) {
            boolean ipv4 = address.get("family").textValue().equals("inet");
            if (ipv4
                    || (example.options().enableIpv6()
                            && !address.get("scope").textValue().equals("link"))) {
                found.add(address.get("local") + "/" + address.get("prefixlen") + " " + address.get("broadcast") + " "
                        + address.get("scope") + " " + address.get("label"));
            }
        }
        return found;
    }

    /** Without how they came, how long they stay, and whose the link-local address is. */
    private static List<String> routes(TargetProcess of, String family) throws JsonProcessingException {
        List<String> routes = new ArrayList<>();
        for (JsonNode route : ip(of, family, "route", "show", "table", "all")) {
            ObjectNode rest = (ObjectNode) route;
            if (family.equals("-6")) {
                rest.remove(List.of("protocol", "expires", "metrics"));
            }
            if (!rest.get("dst").textValue().matches("fe80::.+:.*")) {
                routes.add(rest.toString());
            }
        }
        routes.sort(null);
        return routes;
    }

    /** A slirp4netns that makes and configures its own tap. */
    private static final class Reference implements AutoCloseable {
        private final TargetProcess target;
        private final Process slirp;
        private final String name;

        Reference(TargetProcess target, Case example, Path directory) throws IOException {
            this.target = target;
            this.name = example.options().interfaceName();
            List<String> command = new ArrayList<>(List.of("slirp4netns", "-c", "--disable-host-loopback"));
            command.addAll(example.flags());
            command.addAll(List.of(Integer.toString(target.pid()), name));
            this.slirp = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("reference.log").toFile())
                    .start();
        }

        /** The IPv6 address and route come with an advertisement that the kernel asks for in a moment of its own choice. */
        void await(boolean ipv6) {
            org.awaitility.Awaitility.await().atMost(DEADLINE).until(() -> {
                String routes = target.run("ip", ipv6 ? "-6" : "-4", "route", "show", "default")
                        .stdout();
                String tentative = target.run("ip", "-6", "-o", "addr", "show", "dev", name, "tentative")
                        .stdout();
                return routes.contains(name) && (!ipv6 || tentative.isEmpty());
            });
        }

        @Override
        public void close() throws IOException {
            slirp.destroyForcibly().onExit().join();
        }
    }

    /** A TCP connection from one process of the target to another. */
    private static final class Connection implements AutoCloseable {
        private static final String RELAY = """
                import socket,sys
                peer = socket.create_connection((sys.argv[1], int(sys.argv[2])))
                for line in sys.stdin:
                    peer.sendall(line.encode())
                    print(peer.recv(100).decode(), end="", flush=True)
                """;

        private final Process process;
        private final BufferedReader output;
        private final BufferedWriter input;

        Connection(TargetProcess of, String address, int port) throws IOException {
            process = new ProcessBuilder(of.inside(List.of("python3", "-c", RELAY, address, Integer.toString(port))))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.UTF_8);
            input = process.outputWriter(StandardCharsets.UTF_8);
        }

        String echo(String line) throws IOException {
            input.write(line + "\n");
            input.flush();
            return output.readLine();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void keepsInterfaceAddressAndConnectionsWhenSlirp4netnsIsKilled() throws Exception {
        Observation first = converge(DEFAULTS);
        target.run("ip", "address", "add", "10.0.2.7/24", "dev", "tap0").orFail();
        int index = interfaceIndex("tap0");
        try (var server = target.serveTcpEcho("10.0.2.100", 8080);
                Connection connection = new Connection(target, "10.0.2.100", 8080)) {
            assertThat(server.pid()).isPositive();
            assertThat(connection.echo("before")).isEqualTo("before");

            Observation second = killAndConverge(first, DEFAULTS);

            assertThat(second.restarts()).isEqualTo(1);
            assertThat(second.slirp().pid()).isNotEqualTo(first.slirp().pid());
            assertThat(interfaceIndex("tap0")).isEqualTo(index);
            assertThat(connection.echo("after")).isEqualTo("after");
            target.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
            assertThat(target.run("ip", "address", "show", "dev", "tap0")
                            .orFail()
                            .stdout())
                    .as("what the target has added")
                    .contains("10.0.2.7/24");
        }
    }

    @Test
    void keepsTheTapWhenOptionsOfSlirp4netnsAloneChange() {
        Observation first = converge(DEFAULTS);
        int index = interfaceIndex("tap0");
        NetworkOptions changed = new NetworkOptions(
                null, 65520, false, true, PortHandlerKind.SLIRP4NETNS, "127.0.0.1", null, true, null, "tap0");
        String before = shown();

        Observation second = converge(changed);

        assertThat(second.slirp().pid()).isNotEqualTo(first.slirp().pid());
        assertThat(second.restarts()).isZero();
        assertThat(interfaceIndex("tap0")).isEqualTo(index);
        assertThat(shown()).isEqualTo(before);
    }

    private String shown() {
        return target.run("ip", "-4", "address", "show", "dev", "tap0").orFail().stdout()
                + target.run("ip", "route").orFail().stdout();
    }

    @Test
    void changesOnTheTapWhatTheOptionsChange() throws Exception {
        converge(DEFAULTS);
        int index = interfaceIndex("tap0");

        converge(options("10.9.0.0/16", 65520, false, null, "tap0"));
        assertThat(target.run("ip", "-4", "-o", "addr", "show", "dev", "tap0")
                        .orFail()
                        .stdout())
                .contains("10.9.0.100/16 brd 10.9.255.255")
                .doesNotContain("10.0.2.100");
        assertThat(target.run("ip", "route").orFail().stdout())
                .matches("default via 10.9.0.2 dev tap0 \n10.9.0.0/16 dev tap0 proto kernel .*src 10.9.0.100 \n");

        converge(options("10.9.0.0/24", 1400, true, MAC, "tap0"));
        JsonNode link = ip(target, "addr", "show", "dev", "tap0").get(0);
        assertThat(link.get("mtu").intValue()).isEqualTo(1400);
        assertThat(link.get("address").textValue()).isEqualTo(MAC);
        assertThat(addresses6()).containsExactlyInAnyOrder("fd00::5054:ff:fe12:3456", "fe80::5054:ff:fe12:3456");
        assertThat(target.run("ip", "-6", "route", "show", "default").orFail().stdout())
                .startsWith("default via fe80::2 dev tap0");
        target.run("ping", "-6", "-c", "1", "-W", "5", "fd00::2").orFail();

        converge(options("10.9.0.0/24", 1400, true, "52:54:00:12:34:57", "tap0"));
        assertThat(addresses6()).containsExactlyInAnyOrder("fd00::5054:ff:fe12:3457", "fe80::5054:ff:fe12:3457");

        converge(options("10.9.0.0/24", 1400, false, "52:54:00:12:34:57", "tap0"));
        assertThat(addresses6()).containsExactly("fe80::5054:ff:fe12:3457");
        assertThat(target.run("ip", "-6", "route", "show", "default").orFail().stdout())
                .isEmpty();
        assertThat(interfaceIndex("tap0")).isEqualTo(index);
        target.run("ping", "-c", "1", "-W", "5", "10.9.0.2").orFail();
    }

    private List<String> addresses6() throws JsonProcessingException {
        List<String> found = new ArrayList<>();
        for (JsonNode address :
                ip(target, "-6", "addr", "show", "dev", "tap0").get(0).get("addr_info")) {
            assertThat(address.has("tentative")).isFalse();
            found.add(address.get("local").textValue());
        }
        return found;
    }

    @Test
    void makesAnotherTapForAnotherNameAndForARandomMacAddress() {
        converge(options(null, 1500, false, MAC, "tap0"));

        converge(options(null, 1500, false, MAC, "net7"));
        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        assertThat(target.run("ip", "link", "show", "net7").orFail().stdout()).contains(MAC);

        converge(options(null, 1500, false, null, "net7"));
        assertThat(target.run("ip", "link", "show", "net7").orFail().stdout()).doesNotContain(MAC);
    }

    @Test
    void takesUpTheTapOfASlirp4netnsThatDiedWhileNobodyWatched() throws Exception {
        Observation first = converge(DEFAULTS);
        int index = interfaceIndex("tap0");
        fixture.launcher.close();
        CommandResult.run("kill", "-9", Long.toString(first.slirp().pid())).orFail();
        await().atMost(DEADLINE).until(() -> LiveProcesses.named("slirp4netns").isEmpty());

        fixture.restart();
        converge(DEFAULTS);

        assertThat(interfaceIndex("tap0")).isEqualTo(index);
        target.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
    }

    @Test
    void leavesNoTapOfASlirp4netnsThatNoRecordTellsOf() throws Exception {
        converge(DEFAULTS);
        int index = interfaceIndex("tap0");
        Files.delete(fixture.files("web").record());

        fixture.restart();
        converge(DEFAULTS);

        assertThat(interfaceIndex("tap0")).isNotEqualTo(index);
    }

    @Test
    void refusesATapThatIsNotItsOwnThoughItHadOneOfThatNameElsewhere() throws Exception {
        converge(DEFAULTS);
        try (TargetProcess other = TargetProcess.inNetworkNamespace()) {
            other.run("ip", "tuntap", "add", "tap0", "mode", "tap").orFail();

            Observation observation = fixture.converge(Plans.run("web", new Target.Pid(other.pid()), DEFAULTS));

            assertThat(observation.slirpProblem().reason()).isEqualTo(Reason.TargetNotAllowed);
            other.run("ip", "link", "show", "tap0").orFail();
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus())
                    .as("in the target of before")
                    .isEqualTo(1);
        }
    }

    @Test
    void removesTheTapWhenTheTargetEndsAndItsNamespaceLivesOn() throws Exception {
        converge(DEFAULTS);
        try (TargetServer resident = target.serveHttp("127.0.0.1", 80, "resident")) {
            target.kill();
            await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));

            Observation observation = fixture.converge(Plans.run("web", new Target.Pid(target.pid()), DEFAULTS));

            assertThat(observation.slirpProblem().reason()).isEqualTo(Reason.TargetExited);
            String pid = Long.toString(resident.pid());
            CommandResult shown = CommandResult.run("nsenter", "--target", pid, "--net", "ip", "link", "show", "tap0");
            assertThat(shown.exitStatus()).as(shown.toString()).isEqualTo(1);
        }
    }

    @Test
    void goesWithoutIpv6WhereTheTargetHasItSwitchedOff() {
        target.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1").orFail();

        Observation observation = converge(Plans.withIpv6());

        assertThat(observation.guest().address6()).isNull();
        target.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
    }

    @Test
    void tellsAlsoWhyItCouldNotMakeTheTapWhereSlirp4netnsCannotEither() {
        CommandResult.run("mount", "-t", "tmpfs", "none", "/dev/net").orFail();
        try {
            Observation observation = fixture.converge(Plans.run("web", new Target.Pid(target.pid()), DEFAULTS));

            assertThat(observation.slirpProblem().reason()).isEqualTo(Reason.StartFailed);
            assertThat(observation.slirpProblem().message())
                    .startsWith("slirp4netns exited with status 1 before it was ready. Its last words: ")
                    .endsWith(" It had to make the tap itself: open /dev/net/tun: No such file or directory (ENOENT);"
                            + " load the kernel module tun, or pass the device in");
        } finally {
            CommandResult.run("umount", "/dev/net").orFail();
        }
        await().atMost(DEADLINE)
                .until(() -> fixture.converge(Plans.run("web", new Target.Pid(target.pid()), DEFAULTS))
                                .slirpProblem()
                        == null);
    }

    @Test
    void removesTheTapWithTheObject() {
        converge(Plans.withIpv6());

        fixture.launcher.stop("uid-web");

        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        assertThat(target.run("ip", "route", "show", "table", "all").orFail().stdout())
                .doesNotContain("tap0");
    }
}
