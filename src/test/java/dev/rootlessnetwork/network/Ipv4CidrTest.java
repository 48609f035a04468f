package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4CidrTest {
    @ParameterizedTest(name = "{0}: guest {1}, gateway {2}, DNS {3}")
    @CsvSource({
        "10.0.2.0/24, 10.0.2.100, 10.0.2.2, 10.0.2.3",
        "10.0.135.128/25, 10.0.135.228, 10.0.135.130, 10.0.135.131",
        "192.168.0.0/24, 192.168.0.100, 192.168.0.2, 192.168.0.3",
        "255.255.255.128/25, 255.255.255.228, 255.255.255.130, 255.255.255.131",
        "128.0.0.0/1, 128.0.0.100, 128.0.0.2, 128.0.0.3",
    })
    void countsItsAddressesFromTheBase(String text, String guest, String gateway, String dns) {
        Ipv4Cidr cidr = Ipv4Cidr.parse(text);
        assertThat(cidr).hasToString(text);
        assertThat(cidr.guest()).isEqualTo(InetAddresses.forString(guest));
        assertThat(cidr.gateway()).isEqualTo(InetAddresses.forString(gateway));
        assertThat(cidr.dns()).isEqualTo(InetAddresses.forString(dns));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.2.0/024", "10.0.2.0/24"})
    void hasOneSpelling(String text) {
        assertThat(Ipv4Cidr.parse(text)).hasToString("10.0.2.0/24").isEqualTo(Ipv4Cidr.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.2.100/24", "10.0.2.1/24", "10.0.2.0/1", "10.0.2.64/25"})
    void refusesHostBits(String text) {
        assertThatThrownBy(() -> Ipv4Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("CIDR needs to be a network address like 10.0.2.0/24, not like 10.0.2.100/24");
    }

    @ParameterizedTest
    @CsvSource({"10.0.2.0/26, 26", "10.0.2.0/32, 32", "10.0.2.0/0, 0", "10.0.2.0/99, 99"})
    void refusesPrefixesThatLeaveNoGuestAddress(String text, int prefix) {
        assertThatThrownBy(() -> Ipv4Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefix length needs to be 1-25, not " + prefix);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "24",
                "foo",
                "10.0.2.0",
                "10.0.2.0/",
                "/24",
                "10.0.2/24",
                "010.0.2.0/24",
                "fd00::/64",
                "::ffff:10.0.2.0/24",
                "10.0.2.0/24/24",
                "10.0.2.0/+24",
                " 10.0.2.0/24"
            })
    void refusesWhatIsNoIpv4Network(String text) {
        assertThatThrownBy(() -> Ipv4Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("CIDR needs to be an IPv4 network like 10.0.2.0/24, not \"" + text + "\"");
    }
}
