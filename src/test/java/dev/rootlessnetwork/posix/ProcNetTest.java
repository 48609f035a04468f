package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** On lines as Linux 6.18 on x86-64 writes them. */
class ProcNetTest {
    private static final String HEADLINE = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
            + "   uid  timeout inode                                                     ";
    private static final String LISTENER = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
            + "     0        0 31184 1 0000000000000000 100 0 0 10 0                     ";
    private static final String TIME_WAIT =
            "   1: 0100007F:1F90 0100007F:A2C4 06 00000000:00000000 03:0000176F 00000000"
                    + "     0        0 0 3 0000000000000000                                      ";
    private static final String LISTENER6 =
            "   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A"
                    + " 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0";
    private static final String WILDCARD6 =
            "   1: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07"
                    + " 00000000:00000000 00:00000000 00000000     0        0 4712 2 0000000000000000 0";

    @Test
    void passesOverTheHeadline() {
        assertThat(ProcNet.parse(HEADLINE)).isEmpty();
    }

    @Test
    void readsAddressPortStateAndInode() {
        assertThat(ProcNet.parse(LISTENER)).contains(new ProcNet(address("127.0.0.1"), 8080, true, 31184));
        assertThat(ProcNet.parse(TIME_WAIT)).contains(new ProcNet(address("127.0.0.1"), 8080, false, 0));
        assertThat(ProcNet.parse(LISTENER6)).contains(new ProcNet(address("::1"), 80, true, 4711));
        assertThat(ProcNet.parse(WILDCARD6)).contains(new ProcNet(address("::"), 53, false, 4712));
    }

    @Test
    void overlapsWhereTheAddressIsEqualOrAWildcardCoversIt() {
        assertThat(overlap("127.0.0.1", "127.0.0.1")).isTrue();
        assertThat(overlap("127.0.0.1", "127.0.0.2")).isFalse();
        assertThat(overlap("0.0.0.0", "127.0.0.1")).isTrue();
        assertThat(overlap("127.0.0.1", "0.0.0.0")).isTrue();
        assertThat(overlap("0.0.0.0", "::1")).isFalse();
        assertThat(overlap("::", "127.0.0.1")).isTrue();
        assertThat(overlap("0.0.0.0", "::")).isTrue();
    }

    private static boolean overlap(String socket, String other) {
        return new ProcNet(address(socket), 80, true, 1).overlaps(address(other));
    }

    private static InetAddress address(String literal) {
        return InetAddresses.forString(literal);
    }
}
