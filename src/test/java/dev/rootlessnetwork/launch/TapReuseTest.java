package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.Ipv4Cidr;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapReuseTest {
    private static final String MAC = "52:54:00:12:34:56";
    private static final NetworkOptions PLAIN = options(null, 1500, null, "tap0");

    private static NetworkOptions options(@Nullable String cidr, int mtu, @Nullable String mac, String name) {
        Ipv4Cidr network = cidr == null ? null : Ipv4Cidr.parse(cidr);
        return new NetworkOptions(
                network, mtu, false, false, PortHandlerKind.SLIRP4NETNS, null, null, false, mac, name);
    }

    @Test
    void letsRootChangeWhatTheTapIsLike() {
        assertThat(TapReuse.possible(PLAIN, options("10.9.0.0/24", 9000, MAC, "tap0"), true))
                .isTrue();
        assertThat(TapReuse.possible(PLAIN, Plans.withIpv6(), true)).isTrue();
        assertThat(TapReuse.possible(Plans.withIpv6(), PLAIN, true)).isTrue();
    }

    @Test
    void makesAnotherForWhatIsChangedByAnOrdinaryUser() {
        assertThat(TapReuse.possible(PLAIN, options("10.9.0.0/24", 1500, null, "tap0"), false))
                .isFalse();
        assertThat(TapReuse.possible(PLAIN, options(null, 9000, null, "tap0"), false))
                .isFalse();
        assertThat(TapReuse.possible(PLAIN, options(null, 1500, MAC, "tap0"), false))
                .isFalse();
        assertThat(TapReuse.possible(PLAIN, Plans.withIpv6(), false)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsItForTheSameAndForWhatIsNotAboutIt(boolean root) {
        NetworkOptions others = new NetworkOptions(
                Ipv4Cidr.DEFAULT, 1500, false, true, PortHandlerKind.ROOTLESSKIT, "eth0", null, true, null, "tap0");
        assertThat(TapReuse.possible(PLAIN, PLAIN, root)).isTrue();
        assertThat(TapReuse.possible(PLAIN, others, root)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void makesAnotherForAnotherNameAndForARandomMacAddress(boolean root) {
        assertThat(TapReuse.possible(PLAIN, options(null, 1500, null, "tap1"), root))
                .isFalse();
        assertThat(TapReuse.possible(options(null, 1500, MAC, "tap0"), PLAIN, root))
                .isFalse();
    }
}
