package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardIdTest {
    private static ForwardId tcp(String address, int port) {
        return new ForwardId(Protocol.TCP, InetAddresses.forString(address), port);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "127.0.0.1, 127.0.0.1, true",
        "0.0.0.0, 127.0.0.1, true",
        "0.0.0.0, 0.0.0.0, true",
        "::, 127.0.0.1, true",
        "::, ::1, true",
        "::, 0.0.0.0, true",
        "0.0.0.0, ::1, false",
        "127.0.0.1, 127.0.0.2, false",
        "::1, 127.0.0.1, false",
    })
    void overlapsWhereAnAddressCoversTheOther(String one, String other, boolean overlap) {
        assertThat(tcp(one, 80).overlaps(tcp(other, 80))).isEqualTo(overlap);
        assertThat(tcp(other, 80).overlaps(tcp(one, 80))).isEqualTo(overlap);
    }

    @Test
    void doesNotOverlapOtherPortsNorProtocols() {
        assertThat(tcp("0.0.0.0", 80).overlaps(tcp("0.0.0.0", 81))).isFalse();
        assertThat(tcp("0.0.0.0", 80).overlaps(new ForwardId(Protocol.UDP, InetAddresses.forString("0.0.0.0"), 80)))
                .isFalse();
    }

    @Test
    void readsAsAnAddress() {
        assertThat(tcp("0.0.0.0", 80)).hasToString("TCP 0.0.0.0:80");
        assertThat(tcp("::1", 80)).hasToString("TCP [::1]:80");
    }
}
