package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SpawnTest {
    private static final Path TRUE = Path.of("/bin/true");

    @Test
    void refusesArgumentsWithoutTheProgramsName() {
        assertThatThrownBy(() -> new Spawn(TRUE, List.of(), Map.of(), new TreeMap<>()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the arguments lack the program's name");
    }

    @Test
    void refusesDescriptorsAboveItsOwnWorkingRange() {
        try (Fd any = new Fd(1_000_000)) {
            assertThatThrownBy(() -> new Spawn(TRUE, List.of("true"), Map.of(), new TreeMap<>(Map.of(64, any))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("descriptors out of range 0 to 63: [64]");
        }
    }

    @Test
    void refusesANulThatWouldCutAnArgument() {
        assertThatThrownBy(() -> new Spawn(TRUE, List.of("true", "a\0b"), Map.of(), new TreeMap<>()).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("NUL in an argument: a?b");
    }
}
