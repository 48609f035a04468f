package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkOptionsTest {
    private static final Predicate<String> INTERFACES = Set.of("eth0")::contains;
    private static final OptionSet NONE = OptionSet.EMPTY;

    private static OptionSet mtu(long mtu) {
        return new OptionSet(null, mtu, null, null, null, null, null, null, null, null);
    }

    private static OptionSet ipv6(boolean enable) {
        return new OptionSet(null, null, enable, null, null, null, null, null, null, null);
    }

    private static OptionSet cidr(String cidr) {
        return new OptionSet(cidr, null, null, null, null, null, null, null, null, null);
    }

    private static OptionSet outbound(String ipv4, String ipv6) {
        return new OptionSet(null, null, null, null, null, ipv4, ipv6, null, null, null);
    }

    private static OptionSet beyondPodman(String macAddress, String interfaceName) {
        return new OptionSet(null, null, null, null, null, null, null, true, macAddress, interfaceName);
    }

    private static OptionSet portHandler(String portHandler) {
        return new OptionSet(null, null, null, null, portHandler, null, null, null, null, null);
    }

    @Test
    void arePodmansWhereNothingIsSaid() {
        ResolvedOptions resolved = NetworkOptions.resolve(NONE, NONE, INTERFACES);
        assertThat(resolved.violations()).isEmpty();
        assertThat(resolved.options())
                .isEqualTo(new NetworkOptions(
                        null, 65520, false, false, PortHandlerKind.ROOTLESSKIT, null, null, false, null, "tap0"));
    }

    @Test
    void preferTheSpecToTheAgentAndTheAgentToPodman() {
        OptionSet spec = new OptionSet(null, 9000L, null, false, null, null, null, null, "52:54:00:AB:CD:EF", null);
        OptionSet agent = new OptionSet(
                "192.168.0.0/24", 1500L, true, true, "slirp4netns", "eth0", "2001:DB8::1", null, null, null);
        ResolvedOptions resolved = NetworkOptions.resolve(spec, agent, INTERFACES);
        assertThat(resolved.violations()).isEmpty();
        assertThat(resolved.options())
                .isEqualTo(new NetworkOptions(
                        Ipv4Cidr.parse("192.168.0.0/24"),
                        9000,
                        true,
                        false,
                        PortHandlerKind.SLIRP4NETNS,
                        "eth0",
                        "2001:db8::1",
                        false,
                        "52:54:00:ab:cd:ef",
                        "tap0"));
    }

    static Arguments[] refused() {
        String own = "";
        String agents = " (a default of the agent)";
        return new Arguments[] {
            arguments("no network", cidr("x"), NONE, "spec.options.cidr: invalid cidr \"x\""),
            arguments("no network at all", cidr(""), NONE, "spec.options.cidr: invalid cidr \"\""),
            arguments(
                    "host bits",
                    cidr("10.0.2.100/24"),
                    NONE,
                    "spec.options.cidr: CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24"
                            + own),
            arguments(
                    "a default with host bits",
                    NONE,
                    cidr("10.0.2.100/24"),
                    "spec.options.cidr: CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24"
                            + agents),
            arguments("a small MTU", mtu(67), NONE, "spec.options.mtu: invalid mtu \"67\""),
            arguments("a negative MTU", mtu(-5), NONE, "spec.options.mtu: invalid mtu \"-5\""),
            arguments(
                    "a large MTU",
                    mtu(65522),
                    NONE,
                    "spec.options.mtu: MTU must be a positive integer (< 65522), not 65522"),
            arguments(
                    "an unknown port handler",
                    portHandler("invalid"),
                    NONE,
                    "spec.options.portHandler: unknown port_handler for slirp4netns: \"invalid\""),
            arguments(
                    "an outbound interface that does not exist",
                    outbound("nosuch0", null),
                    NONE,
                    "spec.options.outboundAddr: invalid outbound_addr \"nosuch0\""),
            arguments(
                    "an outbound interface that is gone since the agent's start",
                    NONE,
                    outbound("nosuch0", null),
                    "spec.options.outboundAddr: invalid outbound_addr \"nosuch0\"" + agents),
            arguments(
                    "a multicast MAC address",
                    beyondPodman("01:00:5e:00:00:01", null),
                    NONE,
                    "spec.options.macAddress: MAC address of an interface must be a unicast address other than"
                            + " 00:00:00:00:00:00, not 01:00:5e:00:00:01: the kernel refuses it (EADDRNOTAVAIL); its"
                            + " first octet must be even"),
            arguments(
                    "a name that the kernel would expand",
                    beyondPodman(null, "tap%d"),
                    NONE,
                    "spec.options.interfaceName: interface name \"tap%d\" must not contain '%': choose one like tap0"),
            arguments(
                    "an IPv6 source without IPv6",
                    outbound(null, "2001:db8::1"),
                    NONE,
                    "spec.options.outboundAddr6: enable_ipv6=true is required for outbound_addr6"),
            arguments(
                    "IPv6 off against a default source",
                    ipv6(false),
                    outbound(null, "2001:db8::1").orElse(ipv6(true)),
                    "spec.options.enableIPv6: enable_ipv6=true is required for outbound_addr6"),
            arguments(
                    "a default IPv6 source without IPv6",
                    NONE,
                    outbound(null, "2001:db8::1"),
                    "spec.options.outboundAddr6: enable_ipv6=true is required for outbound_addr6" + agents),
            arguments(
                    "a small MTU with IPv6",
                    mtu(1279),
                    ipv6(true),
                    "spec.options.mtu: IPv6 needs an MTU of at least 1280, not 1279: raise mtu, or leave enableIPv6"
                            + " out"),
            arguments(
                    "IPv6 with a small default MTU",
                    ipv6(true),
                    mtu(1000),
                    "spec.options.enableIPv6: IPv6 needs an MTU of at least 1280, not 1000: raise mtu, or leave"
                            + " enableIPv6 out"),
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuse(String sentence, OptionSet spec, OptionSet agent, String violation) {
        ResolvedOptions resolved = NetworkOptions.resolve(spec, agent, INTERFACES);
        assertThat(resolved.violations()).map(Violation::toString).containsExactly(violation);
        assertThat(resolved.options()).isNull();
    }

    @Test
    void refuseEverythingAtOnceInTheOrderOfTheFields() {
        OptionSet spec = new OptionSet("x", 5L, true, null, "y", "z", "z", null, "m", "lo");
        assertThat(NetworkOptions.resolve(spec, NONE, INTERFACES).violations())
                .map(Violation::toString)
                .containsExactly(
                        "spec.options.cidr: invalid cidr \"x\"",
                        "spec.options.mtu: invalid mtu \"5\"",
                        "spec.options.portHandler: unknown port_handler for slirp4netns: \"y\"",
                        "spec.options.outboundAddr: invalid outbound_addr \"z\"",
                        "spec.options.outboundAddr6: invalid outbound_addr6: \"z\"",
                        "spec.options.macAddress: MAC address is written as six octets like 52:54:00:12:34:56, not"
                                + " \"m\"",
                        "spec.options.interfaceName: interface name \"lo\" is taken: choose another, like tap0");
    }

    @Test
    void letTheSpecMendWhatTheAgentGotWrong() {
        assertThat(NetworkOptions.resolve(cidr("10.0.3.0/24"), cidr("10.0.2.100/24"), INTERFACES)
                        .violations())
                .isEmpty();
        assertThat(NetworkOptions.resolve(ipv6(true), outbound(null, "eth0"), INTERFACES)
                        .violations())
                .isEmpty();
    }
}
