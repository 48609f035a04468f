package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlirpLogTest {
    @TempDir
    Path temporary;

    private Path log;

    @BeforeEach
    void name() {
        log = temporary.resolve("slirp4netns.log");
    }

    @Test
    void tellsTheLastLinesWithoutControlCharacters() throws IOException {
        Files.writeString(log, "one\ntwo\n\nthr\u001b[31mee\nfour\n");
        assertThat(SlirpLog.tail(log, 2, 100)).isEqualTo("thr [31mee; four");
    }

    @Test
    void tellsNothingOfALogThatIsNotThere() {
        assertThat(SlirpLog.tail(log, 2, 100)).isEmpty();
    }

    @Test
    void leavesASmallLogAlone() throws IOException {
        Files.writeString(log, "small");
        SlirpLog.cut(log);
        assertThat(log).hasContent("small");
    }

    @Test
    void keepsTheEndOfALargeLogWhileItsWriterGoesOn() throws IOException {
        try (var writer = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            writer.write("x".repeat(600_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            writer.write("last".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            SlirpLog.cut(log);
            writer.write(" more".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        assertThat(Files.size(log)).isEqualTo((64 << 10) + 5);
        assertThat(Files.readString(log)).endsWith("xlast more");
    }

    @Test
    void tellsTheCauseOfAFailureThatIsFollowedByRoutine() throws IOException {
        Files.writeString(log, "an earlier failure\n");
        SlirpLog.mark(log, Instant.EPOCH);
        Files.writeString(log, """
                sent tapfd=6 for tap0
                WARNING: Support for seccomp is experimental
                received tapfd=6
                cannot pivot_root to /tmp
                create_sandbox failed
                do_slirp is exiting
                do_slirp failed
                parent failed
                Starting slirp
                * MTU:             1500
                * API Socket:      /s/api.sock
                """, StandardOpenOption.APPEND);
        assertThat(SlirpLog.tail(log, 3, 1000)).isEqualTo("cannot pivot_root to /tmp; create_sandbox failed");
    }

    @Test
    void tellsRoutineWhereThereIsNothingElse() throws IOException {
        Files.writeString(log, "Starting slirp\ndo_slirp failed\n");
        assertThat(SlirpLog.tail(log, 3, 1000)).isEqualTo("Starting slirp; do_slirp failed");
    }
}
