package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.testing.Judge;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That {@link Kstatus} has the rules right: the library itself judges the same objects. */
class KstatusIT {
    @ParameterizedTest
    @MethodSource("dev.rootlessnetwork.api.KstatusTest#observations")
    void judgesEachObservationAsTheLibraryDoes(Observation observation, Kstatus expected) {
        assertThat(Judge.kstatus(KstatusTest.observed(observation).toString()).status())
                .isEqualTo(expected.name());
    }
}
