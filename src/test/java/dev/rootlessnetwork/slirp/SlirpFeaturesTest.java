package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
}
