package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {
    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "1000,1000,1000",
        "64Ki,65536,64Ki",
        "256Mi,268435456,256Mi",
        "2Gi,2147483648,2Gi",
        "1024Mi,1073741824,1Gi",
        "1Ti,1099511627776,1Ti",
        "1048577,1048577,1048577"
    })
    void readsAQuantityAndWritesItInItsShortestForm(String text, long bytes, String shortest) {
        assertThat(MemorySize.parse(text)).isEqualTo(new MemorySize(bytes)).hasToString(shortest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0Mi", "-1Mi", "1.5Gi", "256M", "256MiB", "256mi", "256 Mi", "Mi", "1e3", "max"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> MemorySize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a size is written like 256Mi or 1Gi, not \"" + text + "\"");
    }

    @Test
    void refusesWhatIsMoreThanThereCanBe() {
        assertThatThrownBy(() -> MemorySize.parse("8388608Ti"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"8388608Ti\" is more than there can be");
    }
}
