package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.common.net.InetAddresses;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PortListTest {
    private static final OptionSet ROOTLESSKIT = OptionSet.PODMAN_DEFAULTS;
    private static final OptionSet SLIRP4NETNS =
            new OptionSet(null, null, null, null, "slirp4netns", null, null, null, null, null).orElse(ROOTLESSKIT);
    private static final OptionSet ROOTLESSKIT_IPV6 =
            new OptionSet(null, null, true, null, null, null, null, null, null, null).orElse(ROOTLESSKIT);

    private static PortDraft tcp(String name, Integer hostPort, Integer containerPort) {
        return new PortDraft(name, null, null, hostPort, containerPort, null, null);
    }

    private static PortDraft listening(String name, String protocol, String hostIp, int hostPort, Integer range) {
        return new PortDraft(name, protocol, hostIp, hostPort, 80, null, range);
    }

    private static List<String> violations(OptionSet options, PortDraft... drafts) {
        return PortList.judge(List.of(drafts), options).violations().stream()
                .map(Violation::toString)
                .toList();
    }

    @Test
    void fillsInWhatIsNotWritten() {
        assertThat(PortList.judge(List.of(tcp("http", null, 80)), ROOTLESSKIT).entries())
                .containsExactly(
                        new PortEntry("http", Protocol.TCP, InetAddresses.forString("0.0.0.0"), null, 80, null, 1));
    }

    @Test
    void takesEverythingThatIsWritten() {
        PortDraft draft = new PortDraft("dns", "UDP", "::1", 5353, 53, "fd00::100", 3);
        assertThat(PortList.judge(List.of(draft), ROOTLESSKIT_IPV6).entries())
                .containsExactly(new PortEntry(
                        "dns",
                        Protocol.UDP,
                        InetAddresses.forString("::1"),
                        5353,
                        53,
                        InetAddresses.forString("fd00::100"),
                        3));
    }

    @Test
    void takesTheOutermostPorts() {
        assertThat(violations(
                        ROOTLESSKIT,
                        tcp("first", 1, 1),
                        tcp("last", 65535, 65535),
                        new PortDraft("all", "UDP", null, 1, 1, null, 65535)))
                .isEmpty();
    }

    static Arguments[] refused() {
        String label =
                " is no DNS label: use at most 63 lower-case letters, digits and '-', beginning and ending with a"
                        + " letter or digit";
        return new Arguments[] {
            arguments(
                    "an entry with nothing in it",
                    SLIRP4NETNS,
                    PortDraft.EMPTY,
                    List.of(
                            "spec.ports[0].name: is missing: name the port, for example http",
                            "spec.ports[0].containerPort: is missing: name the port that the target serves, 1-65535")),
            arguments(
                    "a name in capitals",
                    SLIRP4NETNS,
                    tcp("Http", 80, 80),
                    List.of("spec.ports[0].name: \"Http\"" + label)),
            arguments("an empty name", SLIRP4NETNS, tcp("", 80, 80), List.of("spec.ports[0].name: \"\"" + label)),
            arguments(
                    "a name that ends with a dash",
                    SLIRP4NETNS,
                    tcp("a-", 80, 80),
                    List.of("spec.ports[0].name: \"a-\"" + label)),
            arguments(
                    "a name of 64 letters",
                    SLIRP4NETNS,
                    tcp("a".repeat(64), 80, 80),
                    List.of("spec.ports[0].name: \"" + "a".repeat(64) + "\"" + label)),
            arguments(
                    "another protocol",
                    SLIRP4NETNS,
                    new PortDraft("a", "SCTP", null, 80, 80, null, null),
                    List.of("spec.ports[0].protocol: must be TCP or UDP, not \"SCTP\"")),
            arguments(
                    "a protocol in small letters",
                    SLIRP4NETNS,
                    new PortDraft("a", "tcp", null, 80, 80, null, null),
                    List.of("spec.ports[0].protocol: must be TCP or UDP, not \"tcp\"")),
            arguments(
                    "a host's name",
                    SLIRP4NETNS,
                    new PortDraft("a", null, "localhost", 80, 80, null, null),
                    List.of("spec.ports[0].hostIP: \"localhost\" is no IP address: write one like 127.0.0.1, not a"
                            + " name")),
            arguments(
                    "IPv6 on the host with slirp4netns",
                    SLIRP4NETNS,
                    new PortDraft("a", null, "::1", 80, 80, null, null),
                    List.of("spec.ports[0].hostIP: \"::1\" is an IPv6 address, and port handler slirp4netns listens on"
                            + " IPv4 only: name an IPv4 address, or set options.portHandler to rootlesskit")),
            arguments(
                    "IPv6 in the target with slirp4netns",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, 80, 80, "fd00::1", null),
                    List.of("spec.ports[0].containerIP: \"fd00::1\" is an IPv6 address, and port handler slirp4netns"
                            + " forwards to IPv4 only: name an IPv4 address, or set options.portHandler to"
                            + " rootlesskit")),
            arguments(
                    "IPv6 in the target without IPv6",
                    ROOTLESSKIT,
                    new PortDraft("a", null, null, 80, 80, "fd00::1", null),
                    List.of("spec.ports[0].containerIP: \"fd00::1\" is an IPv6 address: set options.enableIPv6, or"
                            + " name an IPv4 address")),
            arguments(
                    "a wildcard in the target",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, 80, 80, "0.0.0.0", null),
                    List.of("spec.ports[0].containerIP: \"0.0.0.0\" is no address of a target: leave it out for the"
                            + " guest address")),
            arguments(
                    "the target's loopback, which slirp4netns cannot reach",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, 80, 80, "127.0.0.1", null),
                    List.of("spec.ports[0].containerIP: \"127.0.0.1\" cannot be reached by port handler slirp4netns:"
                            + " leave it out, and let the server listen on the guest address or 0.0.0.0")),
            arguments(
                    "ports below the first",
                    SLIRP4NETNS,
                    tcp("a", 0, -5),
                    List.of(
                            "spec.ports[0].hostPort: must be 1-65535, not 0",
                            "spec.ports[0].containerPort: must be 1-65535, not -5")),
            arguments(
                    "ports beyond the last",
                    SLIRP4NETNS,
                    tcp("a", 65536, 84000),
                    List.of(
                            "spec.ports[0].hostPort: must be 1-65535, not 65536",
                            "spec.ports[0].containerPort: must be 1-65535, not 84000")),
            arguments(
                    "a range of none",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, 80, 80, null, 0),
                    List.of("spec.ports[0].range: must be 1-65535, not 0")),
            arguments(
                    "a range of more than there are",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, null, 80, null, Integer.MAX_VALUE),
                    List.of("spec.ports[0].range: must be 1-65535, not 2147483647")),
            arguments(
                    "ranges that go beyond the last port",
                    SLIRP4NETNS,
                    new PortDraft("a", null, null, 65530, 65535, null, 7),
                    List.of(
                            "spec.ports[0].range: host ports 65530-65536 go beyond 65535: at most 6 fit",
                            "spec.ports[0].range: container ports 65535-65541 go beyond 65535: at most 1 fit")),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses(String sentence, OptionSet options, PortDraft draft, List<String> expected) {
        assertThat(violations(options, draft)).isEqualTo(expected);
    }

    static Arguments[] overlapping() {
        return new Arguments[] {
            arguments(
                    "the same port",
                    listening("a", "TCP", "127.0.0.1", 80, 1),
                    listening("b", "TCP", "127.0.0.1", 80, 1),
                    "TCP 127.0.0.1:80 of port b overlaps TCP 127.0.0.1:80 of port a"),
            arguments(
                    "a wildcard and one of its addresses",
                    listening("a", "TCP", "0.0.0.0", 80, 1),
                    listening("b", "TCP", "127.0.0.1", 80, 1),
                    "TCP 127.0.0.1:80 of port b overlaps TCP 0.0.0.0:80 of port a"),
            arguments(
                    "an address and the wildcard that nobody wrote",
                    listening("a", "UDP", "127.0.0.1", 80, 1),
                    listening("b", "UDP", null, 80, 1),
                    "UDP 0.0.0.0:80 of port b overlaps UDP 127.0.0.1:80 of port a"),
            arguments(
                    "the wildcard of both families and IPv4",
                    listening("a", "TCP", "::", 80, 1),
                    listening("b", "TCP", "127.0.0.1", 80, 1),
                    "TCP 127.0.0.1:80 of port b overlaps TCP [::]:80 of port a"),
            arguments(
                    "both wildcards",
                    listening("a", "TCP", "0.0.0.0", 80, 1),
                    listening("b", "TCP", "::", 80, 1),
                    "TCP [::]:80 of port b overlaps TCP 0.0.0.0:80 of port a"),
            arguments(
                    "the end of a range and the start of another",
                    listening("a", "TCP", null, 8000, 10),
                    listening("b", "TCP", null, 8009, 10),
                    "TCP 0.0.0.0:8009-8018 of port b overlaps TCP 0.0.0.0:8000-8009 of port a"),
            arguments(
                    "a port inside a range",
                    listening("a", "TCP", null, 1, 65000),
                    listening("b", "TCP", "127.0.0.1", 443, 1),
                    "TCP 127.0.0.1:443 of port b overlaps TCP 0.0.0.0:1-65000 of port a"),
            arguments(
                    "a range around a port",
                    listening("a", "TCP", null, 443, 1),
                    listening("b", "TCP", null, 1, 1000),
                    "TCP 0.0.0.0:1-1000 of port b overlaps TCP 0.0.0.0:443 of port a"),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overlapping")
    void refusesOverlaps(String sentence, PortDraft first, PortDraft second, String overlap) {
        assertThat(violations(ROOTLESSKIT, first, second))
                .containsExactly("spec.ports[1].hostPort: " + overlap
                        + " (spec.ports[0].hostPort): give each its own host ports or host address");
    }

    static Arguments[] sideBySide() {
        return new Arguments[] {
            arguments("different protocols", listening("a", "TCP", null, 80, 1), listening("b", "UDP", null, 80, 1)),
            arguments(
                    "different addresses",
                    listening("a", "TCP", "127.0.0.1", 80, 1),
                    listening("b", "TCP", "127.0.0.2", 80, 1)),
            arguments(
                    "the IPv4 wildcard and an IPv6 address",
                    listening("a", "TCP", "0.0.0.0", 80, 1),
                    listening("b", "TCP", "::1", 80, 1)),
            arguments(
                    "neighbouring ranges",
                    listening("a", "TCP", null, 8000, 10),
                    listening("b", "TCP", null, 8010, 10)),
            arguments("ports that are to be chosen", tcp("a", null, 80), tcp("b", null, 80)),
            arguments("two host ports of one container port", tcp("a", 8080, 80), tcp("b", 8081, 80)),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sideBySide")
    void takesWhatCanListenSideBySide(String sentence, PortDraft first, PortDraft second) {
        assertThat(violations(ROOTLESSKIT, first, second)).isEmpty();
    }

    @Test
    void refusesANameThatIsUsedAgain() {
        assertThat(violations(SLIRP4NETNS, tcp("web", 80, 80), tcp("dns", 53, 53), tcp("web", 81, 81)))
                .containsExactly(
                        "spec.ports[2].name: \"web\" names spec.ports[0] already: give each port a name of its own");
    }

    @Test
    void tellsEveryViolationOfEveryEntry() {
        assertThat(violations(SLIRP4NETNS, tcp("web", 0, 80), tcp("web", 80, 80), tcp("c", 80, 81), tcp(null, 82, 82)))
                .containsExactly(
                        "spec.ports[0].hostPort: must be 1-65535, not 0",
                        "spec.ports[3].name: is missing: name the port, for example http",
                        "spec.ports[1].name: \"web\" names spec.ports[0] already: give each port a name of its own",
                        "spec.ports[2].hostPort: TCP 0.0.0.0:80 of port c overlaps TCP 0.0.0.0:80 of port web"
                                + " (spec.ports[1].hostPort): give each its own host ports or host address");
    }

    @Test
    void takesAThousandEntriesAndNoMore() {
        List<PortDraft> drafts = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            drafts.add(new PortDraft("p" + i, "UDP", "127.0.0." + (i % 250 + 1), 1 + i / 250 * 10000, 1, null, 10000));
        }
        assertThat(PortList.judge(drafts, SLIRP4NETNS).violations()).isEmpty();
        drafts.add(tcp("another", 1, 1));
        assertThat(PortList.judge(drafts, SLIRP4NETNS).violations())
                .map(Violation::toString)
                .containsExactly(
                        "spec.ports: at most 1000 entries, not 1001: join neighbouring ports by range, or divide"
                                + " them among objects");
    }
}
