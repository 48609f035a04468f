package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutLogStreamTest {
    @TempDir
    Path directory;

    @Test
    void keepsTheEndOfALogThatGrows() throws IOException {
        Path log = Files.createFile(directory.resolve("relay.log"));
        try (OutputStream stream = new CutLogStream(Files.newOutputStream(log, StandardOpenOption.APPEND), log)) {
            for (int i = 0; i < 100_000; i++) {
                stream.write("line %06d of some length\n".formatted(i).getBytes(StandardCharsets.US_ASCII));
            }
        }
        assertThat(Files.size(log)).isBetween(64L << 10, 1L << 20);
        assertThat(Files.readString(log)).endsWith("line 099999 of some length\n");
    }
}
