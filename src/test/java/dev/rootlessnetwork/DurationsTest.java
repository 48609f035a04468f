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
    @CsvSource({"1h30m,PT90M,90m", "1m30s,PT90S,90s", "1s500ms,PT1.5S,1500ms", "60m,PT1H,1h", "1000ms,PT1S,1s"})
    void readsSumsAsGoDoesAndWritesThemInOneUnit(String text, Duration duration, String written) {
        assertThat(new Durations().convert(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-5s", "5 s", "1.5h", "1h 30m", "1h30", "1d", "PT5S", "99999999999s"})
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .hasMessage("a duration is written like 500ms, 5s or 1h30m, not \"" + text + "\"");
    }
}
