package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for how long after the API server failed. */
class WriteBackoffTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final WriteBackoff backoff = new WriteBackoff();

    private static KubernetesClientException failure(int code) {
        return new KubernetesClientException("failed", code, null);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 429, 500, 503})
    void letsAllWaitAfterAnAnswerThatConcernsAll(int code) {
        backoff.failed(failure(code), LONG);

        assertThat(backoff.remaining()).isPositive();
    }

    @Test
    void letsAllWaitWhileThereIsNoAnswer() {
        backoff.failed(new KubernetesClientException("no answer", new IOException()), LONG);

        assertThat(backoff.remaining()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 422})
    void letsOneAloneWaitAfterAnAnswerAboutOneObject(int code) {
        Duration wait = backoff.failed(failure(code), Duration.ZERO);

        assertThat(wait).isPositive();
        assertThat(backoff.remaining()).isZero();
    }

    @Test
    void waitsAsLongAsItIsAskedTo() {
        assertThat(backoff.failed(failure(429), LONG)).isGreaterThanOrEqualTo(LONG);
    }

    @Test
    void waitsLongerEachTimeUntilItSucceedsAndNeverLongerThanSomeSeconds() {
        Duration first = backoff.failed(failure(409), Duration.ZERO);
        Duration last = first;
        for (int i = 0; i < 20; i++) {
            last = backoff.failed(failure(409), Duration.ZERO);
        }
        backoff.succeeded();

        assertThat(last).isBetween(Duration.ofSeconds(10), Duration.ofMillis(12_500));
        assertThat(backoff.failed(failure(409), Duration.ZERO)).isLessThan(Duration.ofSeconds(1));
    }
}
