package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkCmdOptionsTest {
    private static final Predicate<String> INTERFACES = Set.of("eth0", "lo")::contains;

    private static NetworkCmdOptions parse(String... options) {
        return NetworkCmdOptions.parse(List.of(options), INTERFACES);
    }

    @Test
    void readsEveryOptionOfPodman() {
        NetworkCmdOptions parsed = parse(
                "cidr=192.168.0.0/24",
                "port_handler=slirp4netns",
                "allow_host_loopback=true",
                "enable_ipv6=true",
                "outbound_addr=eth0",
                "outbound_addr6=2001:db8::1",
                "mtu=9000");
        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.options())
                .isEqualTo(new OptionSet(
                        "192.168.0.0/24", 9000L, true, true, "slirp4netns", "eth0", "2001:db8::1", null, null, null));
    }

    @Test
    void saysNothingOfWhatIsNotGiven() {
        assertThat(parse()).isEqualTo(new NetworkCmdOptions(OptionSet.EMPTY, List.of()));
    }

    @Test
    void letsTheLastOfTwoCount() {
        assertThat(parse("mtu=70000", "allow_host_loopback=true", "mtu=1500", "allow_host_loopback=false"))
                .isEqualTo(new NetworkCmdOptions(
                        new OptionSet(null, 1500L, null, false, null, null, null, null, null, null), List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mtu=68",
                "mtu=+9000",
                "mtu=0068",
                "mtu=65521",
                "cidr=10.0.2.0/024",
                "port_handler=rootlesskit",
                "allow_host_loopback=false",
                "enable_ipv6=false",
                "outbound_addr=127.0.0.1",
                "outbound_addr=lo",
                "outbound_addr=::ffff:127.0.0.1",
                "outbound_addr6=::1",
                "outbound_addr6=lo",
                "outbound_addr6=::1.2.3.4"
            })
    void takesWhatPodmanTakes(String option) {
        assertThat(parse(option).problems()).isEmpty();
    }

    static Arguments[] refusedByPodman() {
        return new Arguments[] {
            arguments("x", "unknown option for slirp4netns: \"x\""),
            arguments("", "unknown option for slirp4netns: \"\""),
            arguments("x=y=z", "unknown option for slirp4netns: \"x=y=z\""),
            arguments("=1500", "unknown option for slirp4netns: \"=1500\""),
            arguments("MTU=1500", "unknown option for slirp4netns: \"MTU=1500\""),
            arguments(" mtu=1500", "unknown option for slirp4netns: \" mtu=1500\""),
            arguments("disable_dns=true", "unknown option for slirp4netns: \"disable_dns=true\""),
            arguments("say=\"hi\"\n", "unknown option for slirp4netns: \"say=\\\"hi\\\"\\n\""),
            arguments("cidr=", "invalid cidr \"\""),
            arguments("cidr=24", "invalid cidr \"24\""),
            arguments("cidr=foo", "invalid cidr \"foo\""),
            arguments("cidr=10.0.2.0", "invalid cidr \"10.0.2.0\""),
            arguments("cidr=10.0.2.0/33", "invalid cidr \"10.0.2.0/33\""),
            arguments("cidr=10.0.2.0/-1", "invalid cidr \"10.0.2.0/-1\""),
            arguments("cidr=10.0.2.0/24 ", "invalid cidr \"10.0.2.0/24 \""),
            arguments("cidr=10.0.2.0/24/24", "invalid cidr \"10.0.2.0/24/24\""),
            arguments("cidr=010.0.2.0/24", "invalid cidr \"010.0.2.0/24\""),
            arguments("cidr=fd00::/64", "invalid cidr \"fd00::/64\""),
            arguments("cidr=::ffff:10.0.2.0/129", "invalid cidr \"::ffff:10.0.2.0/129\""),
            arguments("port_handler=invalid", "unknown port_handler for slirp4netns: \"invalid\""),
            arguments("port_handler=Slirp4netns", "unknown port_handler for slirp4netns: \"Slirp4netns\""),
            arguments("allow_host_loopback=yes", "invalid value of allow_host_loopback for slirp4netns: \"yes\""),
            arguments("allow_host_loopback=True", "invalid value of allow_host_loopback for slirp4netns: \"True\""),
            arguments("enable_ipv6=", "invalid value of enable_ipv6 for slirp4netns: \"\""),
            arguments("enable_ipv6=1", "invalid value of enable_ipv6 for slirp4netns: \"1\""),
            arguments("outbound_addr=", "invalid outbound_addr \"\""),
            arguments("outbound_addr=nosuch0", "invalid outbound_addr \"nosuch0\""),
            arguments("outbound_addr=2001:db8::1", "invalid outbound_addr \"2001:db8::1\""),
            arguments("outbound_addr=127.1", "invalid outbound_addr \"127.1\""),
            arguments("outbound_addr6=127.0.0.1", "invalid outbound_addr6: \"127.0.0.1\""),
            arguments("outbound_addr6=::ffff:127.0.0.1", "invalid outbound_addr6: \"::ffff:127.0.0.1\""),
            arguments("outbound_addr6=fe80::1%eth0", "invalid outbound_addr6: \"fe80::1%eth0\""),
            arguments("outbound_addr6=nosuch0", "invalid outbound_addr6: \"nosuch0\""),
            arguments("mtu=", "invalid mtu \"\""),
            arguments("mtu=67", "invalid mtu \"67\""),
            arguments("mtu=-1", "invalid mtu \"-1\""),
            arguments("mtu=0x10", "invalid mtu \"0x10\""),
            arguments("mtu=1_500", "invalid mtu \"1_500\""),
            arguments("mtu=1500.0", "invalid mtu \"1500.0\""),
            arguments("mtu= 1500", "invalid mtu \" 1500\""),
            arguments("mtu=+", "invalid mtu \"+\""),
            arguments("mtu=\u0661\u0665\u0660\u0660", "invalid mtu \"\u0661\u0665\u0660\u0660\""),
            arguments("mtu=9223372036854775808", "invalid mtu \"9223372036854775808\""),
        };
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refusedByPodman")
    void refusesInPodmansWords(String option, String problem) {
        assertThat(parse(option)).isEqualTo(new NetworkCmdOptions(OptionSet.EMPTY, List.of(problem)));
    }

    static Arguments[] refusedByOthers() {
        return new Arguments[] {
            arguments(
                    "cidr=10.0.2.100/24",
                    "CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24"),
            arguments("cidr=10.0.2.0/26", "prefix length needs to be 1-25, not 26"),
            arguments(
                    "cidr=::ffff:10.0.2.0/120",
                    "CIDR needs to be an IPv4 network like 10.0.2.0/24, not \"::ffff:10.0.2.0/120\""),
            arguments("mtu=65522", "MTU must be a positive integer (< 65522), not 65522"),
            arguments("mtu=9223372036854775807", "MTU must be a positive integer (< 65522), not 9223372036854775807"),
        };
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refusedByOthers")
    void alsoRefusesWhatOnlySlirp4netnsWould(String option, String problem) {
        assertThat(parse(option).problems()).containsExactly(problem);
    }

    @Test
    void tellsEveryProblemInOrder() {
        assertThat(parse("mtu=70000", "x", "cidr=y", "port_handler=slirp4netns").problems())
                .containsExactly(
                        "unknown option for slirp4netns: \"x\"",
                        "invalid cidr \"y\"",
                        "MTU must be a positive integer (< 65522), not 70000");
    }

    @Test
    void leavesRulesBetweenOptionsToTheMergedOnes() {
        assertThat(parse("outbound_addr6=::1", "mtu=1000").problems()).isEmpty();
    }
}
