package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class SocketAddressTest {
    private static SocketAddress of(String address) throws Exception {
        return SocketAddress.of(InetAddress.getByName(address), 8080);
    }

    @Test
    void tellsWhatItWasMadeOf() throws Exception {
        assertThat(of("192.0.2.1").address()).isEqualTo(InetAddress.getByName("192.0.2.1"));
        assertThat(of("2001:db8::1").address()).isEqualTo(InetAddress.getByName("2001:db8::1"));
        assertThat(of("192.0.2.1").port()).isEqualTo(8080);
        assertThat(of("192.0.2.1")).hasToString("192.0.2.1:8080");
        assertThat(of("::1")).hasToString("[0:0:0:0:0:0:0:1]:8080");
    }

    @Test
    void keepsPortsThatFillBothBytes() throws Exception {
        SocketAddress address = of("192.0.2.1");
        address.setPort(65535);
        assertThat(address.port()).isEqualTo(65535);
        address.setPort(255);
        assertThat(address.port()).isEqualTo(255);
    }

    @Test
    void knowsLoopbackOfBothFamilies() throws Exception {
        assertThat(of("127.0.0.1").isLoopback()).isTrue();
        assertThat(of("127.1.2.3").isLoopback()).isTrue();
        assertThat(of("::1").isLoopback()).isTrue();
        assertThat(of("192.0.2.1").isLoopback()).isFalse();
        assertThat(of("::2").isLoopback()).isFalse();
    }

    @Test
    void knowsAddressesThatMeanNothingElsewhere() throws Exception {
        assertThat(of("fe80::1").isIpv6LinkLocal()).isTrue();
        assertThat(of("febf::1").isIpv6LinkLocal()).isTrue();
        assertThat(of("fec0::1").isIpv6LinkLocal()).isFalse();
        assertThat(of("169.254.0.1").isIpv6LinkLocal()).isFalse();
    }

    @Test
    void goesIntoIpv6AndBack() throws Exception {
        SocketAddress address = of("192.0.2.1");
        address.map();
        assertThat(address.isIpv4()).isFalse();
        address.unmap();
        assertThat(address.isIpv4()).isTrue();
        assertThat(address.sameAddress(of("192.0.2.1"))).isTrue();
        assertThat(address.port()).isEqualTo(8080);
    }

    @Test
    void leavesOtherIpv6AddressesAlone() throws Exception {
        SocketAddress address = of("2001:db8::1");
        address.unmap();
        address.map();
        assertThat(address.sameAddress(of("2001:db8::1"))).isTrue();
    }

    @Test
    void comparesAddressesWhateverThePorts() throws Exception {
        SocketAddress other = of("192.0.2.1");
        other.setPort(1);
        assertThat(other.sameAddress(of("192.0.2.1"))).isTrue();
        assertThat(other.sameAddress(of("192.0.2.2"))).isFalse();
        SocketAddress copy = SocketAddress.empty();
        copy.set(other);
        assertThat(copy).hasToString("192.0.2.1:1");
    }
}
