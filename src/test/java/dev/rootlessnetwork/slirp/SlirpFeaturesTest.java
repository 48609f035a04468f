package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlirpFeaturesTest {
    @Test
    void findsEveryFlagInTheHelpOfVersion1_2_0() throws IOException {
        try (InputStream help = SlirpFeaturesTest.class.getResourceAsStream("help-1.2.0.txt")) {
            String text = new String(help.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(SlirpFeatures.fromHelp(text).flags()).containsExactlyInAnyOrder(Flag.values());
        }
    }

    @Test
    void findsNothingInTheHelpOfAnotherProgram() {
        assertThat(SlirpFeatures.fromHelp("Usage: true [ignored arguments]").flags())
                .isEmpty();
    }

    @Test
    void findsOnlyWhatAnOldVersionNames() {
        assertThat(SlirpFeatures.fromHelp("-c, --configure\n-m, --mtu=MTU\n-6, --enable-ipv6\n")
                        .flags())
                .isEqualTo(Set.of(Flag.MTU, Flag.ENABLE_IPV6));
    }

    @ParameterizedTest
    @CsvSource({
        "0.2.0, MTU ENABLE_IPV6",
        "0.3.0, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK",
        "0.4.0, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK NETNS_TYPE ENABLE_SANDBOX ENABLE_SECCOMP",
        "1.0.1, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK NETNS_TYPE ENABLE_SANDBOX ENABLE_SECCOMP",
        "1.1.0, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK NETNS_TYPE ENABLE_SANDBOX ENABLE_SECCOMP"
                + " OUTBOUND_ADDR DISABLE_DNS",
        "1.1.9, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK NETNS_TYPE ENABLE_SANDBOX ENABLE_SECCOMP"
                + " OUTBOUND_ADDR DISABLE_DNS MACADDRESS",
        "1.3.0, MTU ENABLE_IPV6 API_SOCKET CIDR DISABLE_HOST_LOOPBACK NETNS_TYPE ENABLE_SANDBOX ENABLE_SECCOMP"
                + " OUTBOUND_ADDR DISABLE_DNS MACADDRESS"
    })
    void namesTheFirstVersionOfEachFlag(String version, String flags) {
        Version asked = Version.parse(version);
        assertThat(Arrays.stream(Flag.values())
                        .filter(flag -> Version.parse(flag.since()).compareTo(asked) <= 0))
                .containsExactlyInAnyOrder(
                        Arrays.stream(flags.split(" ", -1)).map(Flag::valueOf).toArray(Flag[]::new));
    }
}
