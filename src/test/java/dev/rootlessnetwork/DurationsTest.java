package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "5s,PT5S", "2m,PT2M", "24h,PT24H", "0s,PT0S", "90s,PT90S"})
    void readsAndWritesWhatUsersWrite(String text, Duration duration) {
        assertThat(new Durations().convert(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-5s", "5 s", "1h30m", "PT5S", "99999999999s"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .hasMessage("a duration is written like 500ms, 5s or 2m, not \"" + text + "\"");
    }
}
