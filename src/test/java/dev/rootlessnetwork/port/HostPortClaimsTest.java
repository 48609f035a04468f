package dev.rootlessnetwork.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.Protocol;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostPortClaimsTest {
    private static final Claimant OLDER = claimant("a");
    private static final Claimant YOUNGER = claimant("b");
    private static final ForwardId ANY_80 = tcp("0.0.0.0", 80);
    private static final ForwardId LOCAL_80 = tcp("127.0.0.1", 80);

    private final HostPortClaims claims = new HostPortClaims();

    private static Claimant claimant(String name) {
        return new Claimant(name, new NetworkKey("default", name), "default/" + name);
    }

    private static ForwardId tcp(String address, int port) {
        return new ForwardId(Protocol.TCP, InetAddresses.forString(address), port);
    }

    @Test
    void givesAPortThatNobodyHoldsToTheSmallestPrecedence() {
        claims.want(OLDER, List.of(ANY_80));
        claims.want(YOUNGER, List.of(LOCAL_80));
        assertThat(claims.tryHold("b", LOCAL_80)).contains(OLDER);
        assertThat(claims.tryHold("a", ANY_80)).isEmpty();
    }

    @Test
    void leavesAPortWithItsHolderWhateverThePrecedence() {
        claims.want(YOUNGER, List.of(LOCAL_80));
        assertThat(claims.tryHold("b", LOCAL_80)).isEmpty();
        claims.want(OLDER, List.of(ANY_80));
        assertThat(claims.tryHold("a", ANY_80)).contains(YOUNGER);
        assertThat(claims.release("b", Set.of(LOCAL_80))).containsExactly("a");
        assertThat(claims.tryHold("a", ANY_80)).isEmpty();
    }

    @Test
    void passesOverClaimantsThatCouldNotUseThePort() {
        claims.want(OLDER, List.of(ANY_80));
        claims.want(YOUNGER, List.of(LOCAL_80));
        assertThat(claims.tryHold("b", LOCAL_80)).contains(OLDER);
        assertThat(claims.setAble("a", false)).containsExactly("b");
        assertThat(claims.tryHold("b", LOCAL_80)).isEmpty();
    }

    @Test
    void tellsWaitersWhenTheOtherWantsThePortNoMoreOrIsForgotten() {
        claims.want(OLDER, List.of(ANY_80));
        claims.want(YOUNGER, List.of(LOCAL_80));
        claims.tryHold("b", LOCAL_80);
        assertThat(claims.want(OLDER, List.of())).containsExactly("b");
        claims.want(OLDER, List.of(ANY_80));
        claims.tryHold("b", LOCAL_80);
        assertThat(claims.forget(OLDER)).containsExactly("b");
        assertThat(claims.tryHold("b", LOCAL_80)).isEmpty();
    }

    @Test
    void keepsProtocolsAndOtherAddressesApart() {
        claims.want(OLDER, List.of(tcp("127.0.0.2", 80)));
        claims.want(YOUNGER, List.of(LOCAL_80));
        claims.tryHold("a", tcp("127.0.0.2", 80));
        assertThat(claims.tryHold("b", LOCAL_80)).isEmpty();
        assertThat(claims.tryHold("b", new ForwardId(Protocol.UDP, InetAddresses.forString("0.0.0.0"), 80)))
                .isEmpty();
    }

    @Test
    void knowsWhichPortsAreFreeToChoose() {
        claims.want(OLDER, List.of(ANY_80));
        assertThat(claims.isFree("b", LOCAL_80)).isFalse();
        assertThat(claims.isFree("a", LOCAL_80)).isTrue();
        assertThat(claims.isFree("b", tcp("127.0.0.1", 81))).isTrue();
    }
}
