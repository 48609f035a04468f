package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The very bytes of requests, on machines that put the least significant one first, as both of ours do. */
class NetlinkMessageTest {
    private static String hex(NetlinkMessage message) {
        return HexFormat.of().formatHex(message.bytes(7));
    }

    private static IpPrefix prefix(String address, int length) {
        return new IpPrefix(InetAddresses.forString(address), length);
    }

    @Test
    void beginsWithLengthTypeFlagsAndSequenceNumber() {
        NetlinkMessage message = new NetlinkMessage(0x1234, NetlinkMessage.NLM_F_ACK, new byte[] {9, 8, 7, 6});

        assertThat(hex(message)).isEqualTo("14000000" + "3412" + "0500" + "07000000" + "00000000" + "09080706");
    }

    @Test
    void alignsEachAttributeButCountsOnlyItsOwnBytes() {
        NetlinkMessage message = new NetlinkMessage(1, 0, new byte[0])
                .attribute(3, "lo")
                .attribute(5, new byte[] {1, 2, 3, 4, 5})
                .attribute(6, 0x01020304);

        assertThat(hex(message))
                .isEqualTo("2c000000" + "0100" + "0100" + "07000000" + "00000000" + "0700" + "0300" + "6c6f0000"
                        + "0900" + "0500" + "0102030405000000" + "0800" + "0600" + "04030201");
    }

    @Test
    void countsWhatIsInsideANestedAttribute() {
        assertThat(hex(Link.generateNoAddresses(2)))
                .isEqualTo("30000000" + "1000" + "0500" + "07000000" + "00000000" + "00000000" + "02000000" + "00000000"
                        + "00000000" + "1000" + "1a00" + "0c00" + "0a00" + "0500" + "0800" + "01000000");
    }

    @Test
    void switchesALinkOnWithoutTouchingItsOtherFlags() {
        assertThat(hex(Link.switchOn(1)))
                .isEqualTo("20000000" + "1000" + "0500" + "07000000" + "00000000" + "00000000" + "01000000" + "01000000"
                        + "01000000");
    }

    @Test
    void addsAnAddressWithoutDuplicateDetection() {
        InterfaceAddress address = new InterfaceAddress(2, prefix("fd00::1", 64), true);
        String bytes = "fd000000000000000000000000000001";

        assertThat(hex(address.message(InterfaceAddress.RTM_NEWADDR, 0)))
                .isEqualTo("48000000" + "1400" + "0500" + "07000000" + "00000000" + "0a400000" + "02000000" + "1400"
                        + "0200" + bytes + "1400" + "0100" + bytes + "0800" + "0800" + "02000000");
    }

    @Test
    void addsADefaultRouteToTheMainTable() {
        Route route = Route.defaultVia(InetAddresses.forString("10.0.2.2"), 2);

        assertThat(hex(route.addition()))
                .isEqualTo("34000000" + "1800" + "0506" + "07000000" + "00000000" + "0200000000030001" + "00000000"
                        + "0800" + "0f00" + "fe000000" + "0800" + "0500" + "0a000202" + "0800" + "0400" + "02000000");
    }

    @Test
    void removesALocalRouteWhateverItsScope() {
        Route route = Route.toLocal(prefix("192.0.2.7", 32), 1, 1000, InetAddresses.forString("10.0.2.100"));

        assertThat(hex(route.removal()))
                .isEqualTo("3c000000" + "1900" + "0500" + "07000000" + "00000000" + "022000000000ff02" + "00000000"
                        + "0800" + "0f00" + "e8030000" + "0800" + "0100" + "c0000207" + "0800" + "0700" + "0a000264"
                        + "0800" + "0400" + "01000000");
    }

    @Test
    void addsARuleForAMark() {
        assertThat(hex(PolicyRule.forMark(IpFamily.IPV6, 0x52, 1000, 99).addition()))
                .isEqualTo("34000000" + "2000" + "0506" + "07000000" + "00000000" + "0a00000000000001" + "00000000"
                        + "0800" + "0f00" + "e8030000" + "0800" + "0600" + "63000000" + "0800" + "0a00" + "52000000");
    }

    @Test
    void addsARuleForAUdpSourcePort() {
        assertThat(hex(PolicyRule.forUdpSourcePort(IpFamily.IPV4, 53, 1000, 99).addition()))
                .isEqualTo("3c000000" + "2000" + "0506" + "07000000" + "00000000" + "0200000000000001" + "00000000"
                        + "0800" + "0f00" + "e8030000" + "0800" + "0600" + "63000000" + "0500" + "1600" + "11000000"
                        + "0800" + "1700" + "35003500");
    }
}
