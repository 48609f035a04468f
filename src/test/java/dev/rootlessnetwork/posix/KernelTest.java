package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelTest {
    @Test
    void readsTheReleaseOfDistributions() {
        assertThat(Kernel.parse("6.18.44-fc-v782")).isEqualTo(new Kernel(6, 18));
        assertThat(Kernel.parse("5.15.0-1045-azure")).isEqualTo(new Kernel(5, 15));
        assertThat(Kernel.parse("6.9-rc1")).isEqualTo(new Kernel(6, 9));
        assertThat(Kernel.parse("unheard of")).isEqualTo(new Kernel(0, 0));
    }

    @Test
    void comparesNumbersNotDigits() {
        assertThat(new Kernel(6, 18).isAtLeast(6, 9)).isTrue();
        assertThat(new Kernel(6, 9).isAtLeast(6, 9)).isTrue();
        assertThat(new Kernel(6, 8).isAtLeast(6, 9)).isFalse();
        assertThat(new Kernel(7, 0).isAtLeast(6, 9)).isTrue();
        assertThat(new Kernel(5, 19).isAtLeast(6, 9)).isFalse();
    }
}
