package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PortRunTest {
    private static PortForward tcp(String hostIp, int hostPort, int guestPort) {
        return new PortForward(
                new ForwardId(Protocol.TCP, InetAddresses.forString(hostIp), hostPort),
                InetAddresses.forString("10.0.2.100"),
                guestPort);
    }

    @Test
    void isOneForARangeInWhateverOrderItComes() {
        List<PortForward> range = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            range.add(tcp("0.0.0.0", 20000 + i, 80 + i));
        }
        List<PortForward> shuffled = new ArrayList<>(range);
        Collections.shuffle(shuffled, new Random(1));
        List<PortRun> runs = PortRun.of(shuffled);
        assertThat(runs).containsExactly(new PortRun(Protocol.TCP, "0.0.0.0", 20000, 1000, "10.0.2.100", 80));
        assertThat(PortRun.forwards(runs)).isEqualTo(range);
    }

    @Test
    void endsWhereAPortAnAddressOrTheGuestsPortDoesNotFollow() {
        assertThat(PortRun.of(List.of(
                        tcp("0.0.0.0", 80, 80), tcp("0.0.0.0", 81, 82), tcp("0.0.0.0", 83, 84), tcp("::", 82, 83))))
                .containsExactly(
                        new PortRun(Protocol.TCP, "0.0.0.0", 80, 1, "10.0.2.100", 80),
                        new PortRun(Protocol.TCP, "0.0.0.0", 81, 1, "10.0.2.100", 82),
                        new PortRun(Protocol.TCP, "0.0.0.0", 83, 1, "10.0.2.100", 84),
                        new PortRun(Protocol.TCP, "::", 82, 1, "10.0.2.100", 83));
    }

    @Test
    void isNoneForNothing() {
        assertThat(PortRun.of(List.of())).isEmpty();
    }
}
