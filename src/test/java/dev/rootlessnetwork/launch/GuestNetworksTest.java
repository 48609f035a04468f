package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestNetworksTest {
    @Test
    void tellsTheAddressesOfTheDefaultNetwork() {
        assertThat(GuestNetworks.of(Plans.options(1500), null, NameServers.parse(List.of("nameserver 192.0.2.1"))))
                .isEqualTo(new GuestNetwork("tap0", 1500, "10.0.2.100/24", "10.0.2.2", "10.0.2.3", null, null, null));
    }

    @Test
    void namesAResolverOnlyWhereTheHostHasOneOfThatFamily() {
        GuestNetwork ipv6Only = GuestNetworks.of(
                Plans.withIpv6(), "fd00::1/64", NameServers.parse(List.of("# none", "nameserver fe80::1%eth0")));
        assertThat(ipv6Only.dns()).isNull();
        assertThat(ipv6Only.dns6()).isEqualTo("fd00::3");
        assertThat(ipv6Only.gateway6()).isEqualTo("fd00::2");
        GuestNetwork ipv4Only =
                GuestNetworks.of(Plans.withIpv6(), null, NameServers.parse(List.of("nameserver 127.0.0.53")));
        assertThat(ipv4Only.dns()).isEqualTo("10.0.2.3");
        assertThat(ipv4Only.dns6()).isNull();
    }
}
