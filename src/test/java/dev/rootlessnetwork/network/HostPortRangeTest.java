package dev.rootlessnetwork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortRangeTest {
    @Test
    void includesBothEnds() {
        HostPortRange range = HostPortRange.parse("20000-29999");
        assertThat(range).isEqualTo(new HostPortRange(20000, 29999)).hasToString("20000-29999");
        assertThat(range.contains(20000)).isTrue();
        assertThat(range.contains(29999)).isTrue();
        assertThat(range.contains(19999)).isFalse();
        assertThat(range.contains(30000)).isFalse();
    }

    @Test
    void mayBeOnePort() {
        assertThat(HostPortRange.parse("80-80")).isEqualTo(new HostPortRange(80, 80));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "80-", "-80", "80 - 90", "a-b", "1-2-3", "100000-100001"})
    void refusesOtherForms(String text) {
        assertThatThrownBy(() -> HostPortRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a port range is written like 20000-29999, not \"" + text + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-80", "90-80", "60000-65536"})
    void refusesWhatIsNoRangeOfPorts(String text) {
        assertThatThrownBy(() -> HostPortRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a port range runs upwards within 1-65535, like 20000-29999, not " + text);
    }
}
