package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.MacAddress;
import org.junit.jupiter.api.Test;

class TapByNsenterTest {
    private static final MacAddress MAC = new MacAddress("52:54:00:12:34:56");

    @Test
    void configuresIpv4() {
        assertThat(TapByNsenter.commands(Plans.options(9000), MAC))
                .containsExactly(
                        "link set dev lo up",
                        "tuntap add mode tap dev tap0",
                        "link set dev tap0 address 52:54:00:12:34:56 mtu 9000 multicast off",
                        "link set dev tap0 up",
                        "address add 10.0.2.100/24 broadcast + dev tap0",
                        "route add default via 10.0.2.2 dev tap0");
    }

    @Test
    void configuresBothFamiliesAndIpv4sRouteLast() {
        assertThat(TapByNsenter.commands(Plans.withIpv6(), MAC))
                .containsExactly(
                        "link set dev lo up",
                        "tuntap add mode tap dev tap0",
                        "link set dev tap0 address 52:54:00:12:34:56 mtu 1500 multicast off",
                        "link set dev tap0 addrgenmode none",
                        "link set dev tap0 up",
                        "address add 10.0.2.100/24 broadcast + dev tap0",
                        "address add fe80:0:0:0:5054:ff:fe12:3456/64 nodad dev tap0",
                        "address add fd00:0:0:0:5054:ff:fe12:3456/64 nodad dev tap0",
                        "route add default via fe80::2 metric 1025 dev tap0",
                        "route add default via 10.0.2.2 dev tap0");
    }
}
