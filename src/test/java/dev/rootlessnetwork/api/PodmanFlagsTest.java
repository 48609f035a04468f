package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.rootlessnetwork.api.RootlessNetworkSpec.OptionsSpec;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Flags and what they stand for, after podman-run(1). */
class PodmanFlagsTest {
    /** A port as {@code name protocol ip:host->container xN}. */
    private static String describe(PortSpec port) {
        return port.name() + " " + port.protocol() + " " + (port.hostIP() == null ? "" : port.hostIP()) + ":"
                + (port.hostPort() == null ? "any" : port.hostPort()) + "->" + port.containerPort()
                + (port.range() == null ? "" : " x" + port.range());
    }

    private static PodmanFlags publish(String... flags) {
        return PodmanFlags.parse(null, List.of(flags));
    }

    static Arguments[] single() {
        return new Arguments[] {
            arguments("80", "tcp-80 TCP :any->80"),
            arguments("80-82", "tcp-80 TCP :any->80 x3"),
            arguments("8380:80", "tcp-8380 TCP :8380->80"),
            arguments("8000-8002:80-82", "tcp-8000 TCP :8000->80 x3"),
            arguments(":80", "tcp-80 TCP :any->80"),
            arguments("8380:80/TCP", "tcp-8380 TCP :8380->80"),
            arguments("8380:80/tcp", "tcp-8380 TCP :8380->80"),
            arguments("53:53/udp", "udp-53 UDP :53->53"),
            arguments("53/Udp", "udp-53 UDP :any->53"),
            arguments("80-82/udp", "udp-80 UDP :any->80 x3"),
            arguments("127.0.0.1:8380:80", "tcp-8380 TCP 127.0.0.1:8380->80"),
            arguments("127.0.0.1::8980/udp", "udp-8980 UDP 127.0.0.1:any->8980"),
            arguments("127.0.0.1::80", "tcp-80 TCP 127.0.0.1:any->80"),
            arguments("127.0.0.1:8000-8001:80-81", "tcp-8000 TCP 127.0.0.1:8000->80 x2"),
            arguments("0.0.0.0:8380:80", "tcp-8380 TCP :8380->80"),
            arguments("::ffff:1.2.3.4:80", null),
            arguments("[::1]:8080:80", "tcp-8080 TCP ::1:8080->80"),
            arguments("[::1]::80", "tcp-80 TCP ::1:any->80"),
            arguments("[::]:8080:80/udp", "udp-8080 UDP :::8080->80"),
            arguments("[0:0:0:0:0:0:0:1]:8080:80", "tcp-8080 TCP ::1:8080->80"),
            arguments("[127.0.0.1]:8080:80", "tcp-8080 TCP 127.0.0.1:8080->80"),
            arguments("1:65535", "tcp-1 TCP :1->65535"),
            arguments("1-65535:1-65535", "tcp-1 TCP :1->1 x65535"),
            arguments("080:080", "tcp-80 TCP :80->80"),
            arguments("+80:80", "tcp-80 TCP :80->80"),
        };
    }

    @ParameterizedTest(name = "-p {0}: {1}")
    @MethodSource("single")
    void readsOnePublish(String flag, String port) {
        PodmanFlags flags = publish(flag);
        if (port == null) {
            assertThat(flags.problems()).hasSize(1);
        } else {
            assertThat(flags.problems()).isEmpty();
            assertThat(flags.ports()).map(PodmanFlagsTest::describe).containsExactly(port);
        }
    }

    static Arguments[] several() {
        return new Arguments[] {
            arguments(
                    "two ports",
                    List.of("8080:80", "8443:443"),
                    List.of("tcp-8080 TCP :8080->80", "tcp-8443 TCP :8443->443")),
            arguments(
                    "two host ports of one guest port",
                    List.of("8080:80", "8081:80"),
                    List.of("tcp-8080 TCP :8080->80", "tcp-8081 TCP :8081->80")),
            arguments("neighbours", List.of("8080:80", "8081:81"), List.of("tcp-8080 TCP :8080->80 x2")),
            arguments(
                    "neighbours in any order",
                    List.of("8082:82", "8080:80", "8081:81"),
                    List.of("tcp-8080 TCP :8080->80 x3")),
            arguments(
                    "neighbouring ranges",
                    List.of("8000-8004:80-84", "8005-8009:85-89"),
                    List.of("tcp-8000 TCP :8000->80 x10")),
            arguments(
                    "neighbours of which the guest ports are none",
                    List.of("8000-8004:80-84", "8005-8009:80-84"),
                    List.of("tcp-8000 TCP :8000->80 x5", "tcp-8005 TCP :8005->80 x5")),
            arguments("the same twice", List.of("8080:80", "8080:80/tcp"), List.of("tcp-8080 TCP :8080->80")),
            arguments(
                    "ranges that agree where they overlap",
                    List.of("8000-8009:80-89", "8005-8014:85-94"),
                    List.of("tcp-8000 TCP :8000->80 x15")),
            arguments(
                    "a port in a range that agrees",
                    List.of("8000-8009:80-89", "8003:83"),
                    List.of("tcp-8000 TCP :8000->80 x10")),
            arguments(
                    "any address written in two ways",
                    List.of("0.0.0.0:8080:80", "8081:81"),
                    List.of("tcp-8080 TCP :8080->80 x2")),
            arguments(
                    "different addresses",
                    List.of("127.0.0.1:8080:80", "127.0.0.2:8080:80"),
                    List.of("tcp-8080 TCP 127.0.0.1:8080->80", "tcp-8080-2 TCP 127.0.0.2:8080->80")),
            arguments(
                    "different protocols",
                    List.of("8080:80", "8080:80/udp"),
                    List.of("tcp-8080 TCP :8080->80", "udp-8080 UDP :8080->80")),
            arguments(
                    "both protocols in one",
                    List.of("53:53/tcp,udp"),
                    List.of("tcp-53 TCP :53->53", "udp-53 UDP :53->53")),
            arguments(
                    "neighbours of which the host ports are to be chosen",
                    List.of("80", "81", "80"),
                    List.of("tcp-80 TCP :any->80 x2")),
            arguments(
                    "a host port given and one to be chosen",
                    List.of("80:80", "80"),
                    List.of("tcp-80 TCP :80->80", "tcp-80-2 TCP :any->80")),
            arguments(
                    "the order of the command line",
                    List.of("9000:90", "8000:80/udp", "7000:70"),
                    List.of("tcp-9000 TCP :9000->90", "udp-8000 UDP :8000->80", "tcp-7000 TCP :7000->70")),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("several")
    void joinsAndNamesPorts(String sentence, List<String> flags, List<String> ports) {
        PodmanFlags parsed = PodmanFlags.parse(null, flags);
        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.ports()).map(PodmanFlagsTest::describe).isEqualTo(ports);
    }

    static Arguments[] conflicting() {
        return new Arguments[] {
            arguments(
                    List.of("8080:80", "8080:81"),
                    "-p: conflicting ports: host port 8080/tcp is to lead to container port 80 and to 81: leave one out"),
            arguments(
                    List.of("8000-8019:5000-5019", "8010-8029:6000-6019"),
                    "-p: conflicting ports: host port 8010/tcp is to lead to container port 5010 and to 6000: leave one"
                            + " out"),
            arguments(
                    List.of("127.0.0.1:53:53/udp", "127.0.0.1:50-60:50-60/udp", "127.0.0.1:55:66/udp"),
                    "-p: conflicting ports: host port 55/udp is to lead to container port 55 and to 66: leave one out"),
        };
    }

    @ParameterizedTest
    @MethodSource("conflicting")
    void refusesAHostPortThatIsToLeadToTwoPlaces(List<String> flags, String problem) {
        assertThat(PodmanFlags.parse(null, flags).problems()).containsExactly(problem);
    }

    static Arguments[] refused() {
        String form = ": write [[IP:][HOST]:]CONTAINER[/PROTOCOL], like 127.0.0.1:8080:80/udp";
        String ipv6 = "an IPv6 address is written like [::1]:8080:80";
        return new Arguments[] {
            arguments("", "container port \"\" is no number from 1 to 65535" + form),
            arguments("8080:", "container port \"\" is no number from 1 to 65535" + form),
            arguments("0", "container port \"0\" is no number from 1 to 65535" + form),
            arguments("0:80", "host port \"0\" is no number from 1 to 65535" + form),
            arguments("65536:80", "host port \"65536\" is no number from 1 to 65535" + form),
            arguments("80:65536", "container port \"65536\" is no number from 1 to 65535" + form),
            arguments("80:99999999999", "container port \"99999999999\" is no number from 1 to 65535" + form),
            arguments("-80:80", "host port \"\" is no number from 1 to 65535" + form),
            arguments("80-:80", "host port \"\" is no number from 1 to 65535" + form),
            arguments("http:80", "host port \"http\" is no number from 1 to 65535" + form),
            arguments("127.0.0.1:80", "host port \"127.0.0.1\" is no number from 1 to 65535" + form),
            arguments(" 80:80", "host port \" 80\" is no number from 1 to 65535" + form),
            arguments("80:8O", "container port \"8O\" is no number from 1 to 65535" + form),
            arguments("65530-65536", "container port \"65536\" is no number from 1 to 65535" + form),
            arguments("1-2-3:1-2-3", "container ports \"1-2-3\" are no range: write it like 8000-8009"),
            arguments("82-80", "container ports 82-80 are no range: it must run upwards, like 8000-8009"),
            arguments("80-80", "container ports 80-80 are no range: it must run upwards, like 8000-8009"),
            arguments(
                    "8000-8002:80",
                    "host ports 8000-8002 are 3 and container ports 80 are 1: give both ranges the same length"),
            arguments(
                    "8000:80-82",
                    "host ports 8000 are 1 and container ports 80-82 are 3: give both ranges the same length"),
            arguments("80/udp/tcp", "a protocol is given once at most, like 80/udp"),
            arguments("80/", "protocol \"\" cannot be forwarded: tcp and udp can"),
            arguments("80/sctp", "protocol \"sctp\" cannot be forwarded: tcp and udp can"),
            arguments("80/tcp,", "protocol \"\" cannot be forwarded: tcp and udp can"),
            arguments(":8080:80", "\"\" is no IP address" + form),
            arguments("localhost:8080:80", "\"localhost\" is no IP address" + form),
            arguments("127.0.0.256:8080:80", "\"127.0.0.256\" is no IP address" + form),
            arguments("[]:8080:80", "\"\" is no IP address" + form),
            arguments("[fe80::1%eth0]:8080:80", "\"fe80::1%eth0\" is no IP address" + form),
            arguments("::1:8080:80", form.substring(2) + "; " + ipv6),
            arguments("1:2:3:4", form.substring(2) + "; " + ipv6),
            arguments("[::1]8080:80", ipv6),
            arguments("::1]:8080:80", ipv6),
            arguments("[::1:8080:80", ipv6),
            arguments("[::1]", ipv6),
            arguments("[::1]:80", ipv6 + "; the host port may be empty"),
            arguments("[::1]:1:2:3", ipv6 + "; the host port may be empty"),
            arguments("[::1][::2]:80:80", ipv6),
        };
    }

    @ParameterizedTest(name = "-p {0}")
    @MethodSource("refused")
    void refuses(String flag, String problem) {
        assertThat(publish(flag).problems()).containsExactly("-p \"" + flag + "\": " + problem);
    }

    @Test
    void readsTheNetwork() {
        assertThat(PodmanFlags.parse("slirp4netns", List.of())).isEqualTo(new PodmanFlags(null, List.of(), List.of()));
        assertThat(PodmanFlags.parse(
                        "slirp4netns:mtu=1500,cidr=192.168.0.0/24,port_handler=slirp4netns,enable_ipv6=true,"
                                + "allow_host_loopback=true,outbound_addr=eth7,outbound_addr6=2001:db8::1",
                        List.of()))
                .isEqualTo(new PodmanFlags(
                        new OptionsSpec(
                                "192.168.0.0/24",
                                1500,
                                true,
                                true,
                                "slirp4netns",
                                "eth7",
                                "2001:db8::1",
                                null,
                                null,
                                null),
                        List.of(),
                        List.of()));
    }

    static Arguments[] networks() {
        String only = ": only slirp4netns can be converted, like slirp4netns:mtu=1500,enable_ipv6=true";
        return new Arguments[] {
            arguments("bridge", List.of("--network \"bridge\"" + only)),
            arguments("", List.of("--network \"\"" + only)),
            arguments("pasta:mtu=1500", List.of("--network \"pasta:mtu=1500\"" + only)),
            arguments("slirp4netns:", List.of("--network: unknown option for slirp4netns: \"\"")),
            arguments("slirp4netns:mtu=1500,", List.of("--network: unknown option for slirp4netns: \"\"")),
            arguments(
                    "slirp4netns:mtu=67,x=y,cidr=10.0.2.1/24,outbound_addr=a/b",
                    List.of(
                            "--network: invalid mtu \"67\"",
                            "--network: unknown option for slirp4netns: \"x=y\"",
                            "--network: invalid outbound_addr \"a/b\"",
                            "--network: CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24")),
        };
    }

    @ParameterizedTest(name = "--network {0}")
    @MethodSource("networks")
    void refusesOtherNetworks(String network, List<String> problems) {
        assertThat(PodmanFlags.parse(network, List.of()).problems()).isEqualTo(problems);
    }

    @Test
    void tellsEveryProblem() {
        assertThat(PodmanFlags.parse("host", List.of("a", "80:80", "80:81")).problems())
                .map(problem -> problem.substring(0, problem.indexOf(' ', 4)))
                .containsExactly("--network", "-p \"a\":", "-p: conflicting");
    }
}
