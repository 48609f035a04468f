package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** On what the files of /proc/net hold. */
class GuestSnapshotTest {
    private static final String HEADING =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

    @Test
    void findsTheDeviceOfAnIpv4DefaultRoute() {
        assertThat(GuestSnapshot.defaultRoutes(List.of(
                        HEADING,
                        "eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
                        "eth1\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0")))
                .containsExactly("eth1");
    }

    @Test
    void seesNoDefaultRouteInOthersAndInRejectingOnes() {
        assertThat(GuestSnapshot.defaultRoutes(List.of(
                        HEADING,
                        "eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000080\t0\t0\t0",
                        "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0")))
                .isEmpty();
    }

    @Test
    void findsTheDeviceOfAnIpv6DefaultRouteAndIgnoresTheKernelsOwn() {
        String none = "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
                + " 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo";
        String real = "00000000000000000000000000000000 00 00000000000000000000000000000000 00"
                + " fd000000000000000000000000000002 00000400 00000001 00000000 00000003     tap0";
        assertThat(GuestSnapshot.defaultRoutes6(List.of(none))).isEmpty();
        assertThat(GuestSnapshot.defaultRoutes6(List.of(none, real))).containsExactly("tap0");
    }

    @Test
    void listsInterfaces() {
        assertThat(GuestSnapshot.interfaces(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes",
                        "    lo:       0       0    0    0    0     0          0         0        0",
                        "  tap0:  123       1    0    0    0     0          0         0        0")))
                .containsExactly("lo", "tap0");
    }

    @Test
    void tellsGlobalIpv6AddressesThatCanBeUsed() {
        assertThat(GuestSnapshot.addresses6(List.of(
                        "fe80000000000000a8c3a1fffe0e8f0e 02 40 20 80     tap0",
                        "fd00000000000000a8c3a1fffe0e8f0e 02 40 00 00     tap0",
                        "fd00000000000000a8c3a1fffe0e8f0f 03 40 00 40     tap1")))
                .containsOnlyKeys("tap0")
                .containsEntry("tap0", "fd00::a8c3:a1ff:fe0e:8f0e/64");
    }
}
