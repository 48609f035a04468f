package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PosixExceptionTest {
    @Test
    void saysWhatFailedInWordsAndByName() {
        PosixException failure = new PosixException("open /x", 13);

        assertThat(failure).hasMessage("open /x: Permission denied (EACCES)");
        assertThat(failure.errnoName()).isEqualTo("EACCES");
        assertThat(failure.is("EACCES")).isTrue();
        assertThat(failure.is("EPERM")).isFalse();
    }

    @Test
    void endsWithTheRemedyWhereThereIsOne() {
        assertThat(new PosixException("make a mount namespace", 1, "that needs CAP_SYS_ADMIN"))
                .hasMessage("make a mount namespace: Operation not permitted (EPERM); that needs CAP_SYS_ADMIN");
    }

    @Test
    void usesTheUsualOneOfTwoNames() {
        assertThat(new PosixException("x", 95).errnoName()).isEqualTo("EOPNOTSUPP");
        assertThat(new PosixException("x", 35).errnoName()).isEqualTo("EDEADLK");
        assertThat(new PosixException("x", 11).errnoName()).isEqualTo("EAGAIN");
    }

    @Test
    void hasANameForNumbersWithoutOne() {
        assertThat(new PosixException("x", 4000)).hasMessage("x: Unknown error (errno 4000)");
    }
}
