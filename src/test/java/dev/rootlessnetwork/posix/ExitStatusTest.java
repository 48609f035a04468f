package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExitStatusTest {
    @Test
    void takesAWaitStatusApart() {
        assertThat(ExitStatus.ofWait(0)).isEqualTo(new ExitStatus(0, 0)).hasToString("exited with status 0");
        assertThat(ExitStatus.ofWait(0xff00)).isEqualTo(new ExitStatus(255, 0)).hasToString("exited with status 255");
        assertThat(ExitStatus.ofWait(9)).isEqualTo(new ExitStatus(0, 9)).hasToString("was killed by SIGKILL");
    }

    @Test
    void passesOverTheMarkOfACoreDump() {
        assertThat(ExitStatus.ofWait(0x80 | 11)).hasToString("was killed by SIGSEGV");
    }

    @Test
    void namesRealtimeSignalsByNumber() {
        assertThat(ExitStatus.ofWait(40)).hasToString("was killed by signal 40");
    }

    @Test
    void admitsWhatNobodyKnows() {
        assertThat(ExitStatus.UNKNOWN).hasToString("ended with an unknown exit status");
    }
}
