package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.MacAddress;
import dev.rootlessnetwork.posix.IpPrefix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TapNetworkTest {
    private static IpPrefix prefix(String address, int length) {
        return new IpPrefix(InetAddresses.forString(address), length);
    }

    @Test
    void makesAddressesOfAMacAddressAsAutoconfigurationDoes() {
        assertThat(TapNetwork.addresses6(new MacAddress("52:54:00:12:34:56")))
                .containsExactly(prefix("fe80::5054:ff:fe12:3456", 64), prefix("fd00::5054:ff:fe12:3456", 64));
        assertThat(TapNetwork.addresses6(new MacAddress("00:0c:29:0c:47:d5")))
                .containsExactly(prefix("fe80::20c:29ff:fe0c:47d5", 64), prefix("fd00::20c:29ff:fe0c:47d5", 64));
    }

    @Test
    void tellsItsOwnAddressesFromOthers() {
        assertThat(TapNetwork.isOfOurs(prefix("fe80::1", 64))).isTrue();
        assertThat(TapNetwork.isOfOurs(prefix("fd00::1", 128))).isTrue();
        assertThat(TapNetwork.isOfOurs(prefix("fd00:0:0:1::1", 64))).isFalse();
        assertThat(TapNetwork.isOfOurs(prefix("10.0.2.100", 24))).isFalse();
        assertThat(TapNetwork.isInNetwork6(prefix("fe80::1", 64))).isFalse();
        assertThat(TapNetwork.isInNetwork6(prefix("fd00::1", 64))).isTrue();
    }

    @Test
    void takesTheGuestsAddressWithItsNetworksPrefix() {
        assertThat(TapNetwork.address(Plans.options(1500))).isEqualTo(prefix("10.0.2.100", 24));
    }

    @Test
    void choosesMacAddressesThatAnInterfaceCanHave() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            assertThat(TapNetwork.randomMacAddress(random).text()).matches(".[26ae](:[0-9a-f]{2}){5}");
        }
    }
}
