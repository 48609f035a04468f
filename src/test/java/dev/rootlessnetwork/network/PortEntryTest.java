package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class PortEntryTest {
    private static final InetAddress ANY = InetAddresses.forString("0.0.0.0");
    private static final InetAddress GUEST = InetAddresses.forString("10.0.2.100");
    private static final InetAddress OTHER = InetAddresses.forString("192.0.2.7");

    @Test
    void standsForOneForwardOfEachPort() {
        assertThat(new PortEntry("a", Protocol.UDP, ANY, 8000, 80, null, 2).forwards(8000, GUEST))
                .containsExactly(
                        new PortForward(new ForwardId(Protocol.UDP, ANY, 8000), GUEST, 80),
                        new PortForward(new ForwardId(Protocol.UDP, ANY, 8001), GUEST, 81));
    }

    @Test
    void beginsAtTheChosenPortAndGoesToItsOwnAddress() {
        assertThat(new PortEntry("a", Protocol.TCP, ANY, null, 80, OTHER, 1).forwards(20000, GUEST))
                .containsExactly(new PortForward(new ForwardId(Protocol.TCP, ANY, 20000), OTHER, 80));
    }
}
