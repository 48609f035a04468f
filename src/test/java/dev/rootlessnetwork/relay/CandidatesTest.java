package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    private static final Inet4Address GUEST = (Inet4Address) InetAddresses.forString("10.0.2.100");
    private static final Inet6Address GUEST6 = (Inet6Address) InetAddresses.forString("fd00::1234");

    private static List<String> of(Candidates candidates, boolean ipv4) {
        return candidates.of(ipv4).stream()
                .map(address -> InetAddresses.toAddrString(address.address()))
                .toList();
    }

    @Test
    void triesTheClientsOwnFamilyFirst() {
        Candidates candidates = Candidates.anywhere(GUEST, GUEST6);
        assertThat(of(candidates, true)).containsExactly("10.0.2.100", "127.0.0.1", "fd00::1234", "::1");
        assertThat(of(candidates, false)).containsExactly("fd00::1234", "::1", "10.0.2.100", "127.0.0.1");
    }

    @Test
    void hasNoAddressOfTheGuestsOwnInIpv6WhereItHasNone() {
        Candidates candidates = Candidates.anywhere(GUEST, null);
        assertThat(of(candidates, true)).containsExactly("10.0.2.100", "127.0.0.1", "::1");
        assertThat(of(candidates, false)).containsExactly("10.0.2.100", "127.0.0.1", "::1");
    }

    @Test
    void isOneWhereTheAddressIsNamed() {
        assertThat(of(Candidates.at(GUEST6), true)).containsExactly("fd00::1234");
    }
}
