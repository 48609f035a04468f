package dev.rootlessnetwork.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.HostPortRange;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostPortChooserTest {
    private static final HostPortRange ALLOWED = new HostPortRange(100, 109);
    private static final HostPortRange NO_EPHEMERAL = new HostPortRange(60000, 60001);

    @Test
    void beginsAtThePlaceThatTheSeedNames() {
        assertThat(HostPortChooser.choose(ALLOWED, NO_EPHEMERAL, 1, 3, port -> true))
                .isEqualTo(OptionalInt.of(103));
        assertThat(HostPortChooser.choose(ALLOWED, NO_EPHEMERAL, 1, -1, port -> true))
                .isEqualTo(OptionalInt.of(109));
    }

    @Test
    void findsTheOnlyRunThatIsFree() {
        Set<Integer> taken = Set.of(100, 103, 107);
        for (int seed = 0; seed < 10; seed++) {
            assertThat(HostPortChooser.choose(ALLOWED, NO_EPHEMERAL, 3, seed, port -> !taken.contains(port)))
                    .isEqualTo(OptionalInt.of(104));
        }
    }

    @Test
    void neverChoosesEphemeralPorts() {
        for (int seed = 0; seed < 10; seed++) {
            assertThat(HostPortChooser.choose(ALLOWED, new HostPortRange(101, 200), 1, seed, port -> true))
                    .isEqualTo(OptionalInt.of(100));
        }
    }

    @Test
    void findsNothingWhereNoRunIsLongEnough() {
        assertThat(HostPortChooser.choose(ALLOWED, NO_EPHEMERAL, 11, 0, port -> true))
                .isEmpty();
        assertThat(HostPortChooser.choose(ALLOWED, NO_EPHEMERAL, 2, 0, port -> port % 2 == 0))
                .isEmpty();
    }
}
