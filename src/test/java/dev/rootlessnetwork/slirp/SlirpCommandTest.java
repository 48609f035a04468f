package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlirpCommandTest {
    private static final NetworkOptions DEFAULTS =
            new NetworkOptions(null, 65520, false, false, PortHandlerKind.ROOTLESSKIT, null, null, false, null, "tap0");
    private static final NetworkOptions EVERYTHING = new NetworkOptions(
            Ipv4Cidr.parse("192.168.0.0/24"),
            9000,
            true,
            true,
            PortHandlerKind.SLIRP4NETNS,
            "192.0.2.1",
            "eth0",
            true,
            "52:54:00:12:34:56",
            "net7");

    private static SlirpBinary binary(Set<Flag> flags) {
        return new SlirpBinary(Path.of("/usr/bin/slirp4netns"), "0.9.9", new SlirpFeatures(flags));
    }

    private static SlirpBinary without(Flag missing) {
        Set<Flag> flags = EnumSet.allOf(Flag.class);
        flags.remove(missing);
        return binary(flags);
    }

    private static SlirpCommand command(NetworkOptions options, Integer exitFd, String userns) {
        return command(options, true, exitFd, userns);
    }

    private static SlirpCommand command(NetworkOptions options, boolean configure, Integer exitFd, String userns) {
        return new SlirpCommand(
                options,
                configure,
                true,
                options.outboundAddr6() == null ? null : "2001:db8::1",
                exitFd,
                4,
                "/s/api.sock",
                "/proc/1/fd/9",
                userns,
                42);
    }

    @Test
    void givesTheDefaultsInPodmansOrder() throws UnsupportedOptionException {
        assertThat(command(DEFAULTS, 3, null).arguments(binary(EnumSet.allOf(Flag.class))))
                .containsExactly(
                        "/usr/bin/slirp4netns",
                        "--disable-host-loopback",
                        "--mtu=65520",
                        "--enable-sandbox",
                        "--enable-seccomp",
                        "-c",
                        "-e",
                        "3",
                        "-r",
                        "4",
                        "--api-socket",
                        "/s/api.sock",
                        "--netns-type=path",
                        "/proc/1/fd/9",
                        "tap0");
    }

    @Test
    void givesEveryOptionInPodmansOrder() throws UnsupportedOptionException {
        assertThat(command(EVERYTHING, null, null).arguments(binary(EnumSet.allOf(Flag.class))))
                .containsExactly(
                        "/usr/bin/slirp4netns",
                        "--mtu=9000",
                        "--enable-sandbox",
                        "--enable-seccomp",
                        "--cidr=192.168.0.0/24",
                        "--enable-ipv6",
                        "--outbound-addr=192.0.2.1",
                        "--outbound-addr6=2001:db8::1",
                        "--disable-dns",
                        "--macaddress=52:54:00:12:34:56",
                        "-c",
                        "-r",
                        "4",
                        "--api-socket",
                        "/s/api.sock",
                        "--netns-type=path",
                        "/proc/1/fd/9",
                        "net7");
    }

    @Test
    void leavesOutWhatConfiguresTheTapWhereItIsConfigured() throws UnsupportedOptionException {
        assertThat(command(EVERYTHING, false, 3, null).arguments(binary(EnumSet.allOf(Flag.class))))
                .contains("--mtu=9000", "--cidr=192.168.0.0/24", "--enable-ipv6", "--disable-dns")
                .doesNotContain("-c", "--macaddress=52:54:00:12:34:56")
                .endsWith("net7");
    }

    @Test
    void namesTheProcessWhereTheVersionTakesNothingElse() throws UnsupportedOptionException {
        List<String> arguments = command(DEFAULTS, 3, null).arguments(without(Flag.NETNS_TYPE));
        assertThat(arguments.subList(arguments.size() - 2, arguments.size())).containsExactly("42", "tap0");
    }

    @Test
    void namesTheProcessWhereItsUserNamespaceIsToBeJoined() throws UnsupportedOptionException {
        List<String> arguments = command(DEFAULTS, 3, "/proc/1/fd/8").arguments(binary(EnumSet.allOf(Flag.class)));
        assertThat(arguments.subList(arguments.size() - 3, arguments.size()))
                .containsExactly("/s/api.sock", "42", "tap0");
    }

    static Stream<Arguments> flagsThatAreMissing() {
        return Stream.of(
                Arguments.of(Flag.DISABLE_HOST_LOOPBACK, DEFAULTS, "allow_host_loopback=false not supported", "0.3.0"),
                Arguments.of(Flag.MTU, DEFAULTS, "mtu not supported", "0.2.0"),
                Arguments.of(Flag.ENABLE_SECCOMP, DEFAULTS, "seccomp not supported", "0.4.0"),
                Arguments.of(Flag.CIDR, EVERYTHING, "cidr not supported", "0.3.0"),
                Arguments.of(Flag.ENABLE_IPV6, EVERYTHING, "enable_ipv6 not supported", "0.2.0"),
                Arguments.of(Flag.OUTBOUND_ADDR, EVERYTHING, "outbound_addr not supported", "1.1.0"),
                Arguments.of(Flag.DISABLE_DNS, EVERYTHING, "disableDNS not supported", "1.1.0"),
                Arguments.of(Flag.MACADDRESS, EVERYTHING, "macAddress not supported", "1.1.9"),
                Arguments.of(Flag.API_SOCKET, DEFAULTS, "ports not supported", "0.3.0"));
    }

    @ParameterizedTest
    @MethodSource("flagsThatAreMissing")
    void refusesWhatTheInstalledVersionCannotDo(Flag missing, NetworkOptions options, String what, String since) {
        assertThatThrownBy(() -> command(options, 3, null).arguments(without(missing)))
                .isInstanceOf(UnsupportedOptionException.class)
                .hasMessageStartingWith(what + ": /usr/bin/slirp4netns (version 0.9.9) lacks " + missing.text()
                        + ", which version " + since + " brought: install that or a later one");
    }

    @Test
    void needsNoMtuFlagForTheMtuThatIsTheDefault() throws UnsupportedOptionException {
        NetworkOptions plain = new NetworkOptions(
                null, 1500, false, false, PortHandlerKind.ROOTLESSKIT, null, null, false, null, "tap0");
        assertThat(command(plain, 3, null).arguments(without(Flag.MTU))).doesNotContain("--mtu=1500");
    }
}
