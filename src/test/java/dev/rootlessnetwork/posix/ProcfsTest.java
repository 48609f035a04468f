package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcfsTest {
    @Test
    void isNotMisledByAProcessThatCallsItselfLikeAStatLine() {
        String stat = "42 (a) R 1 (b) S 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 4444 25 26\n";

        assertThat(Procfs.afterName(stat)).startsWith("S", "7", "8").element(19).isEqualTo("4444");
    }
}
