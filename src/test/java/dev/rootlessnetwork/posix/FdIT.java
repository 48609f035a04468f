package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.SpawnedProcesses.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Threads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FdIT {
    @TempDir
    Path directory;

    @Test
    void appendsToAFileThatOnlyItsOwnerMayRead() throws Exception {
        Path file = directory.resolve("log");
        for (String line : new String[] {"one\n", "two\n"}) {
            try (Fd log = Fd.openAppend(file)) {
                assertThat(log.write(line.getBytes(StandardCharsets.UTF_8))).isEqualTo(line.length());
            }
        }

        assertThat(file).hasContent("one\ntwo\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void doesNotWaitForTheWriterOfAFifo() throws Exception {
        Path fifo = directory.resolve("fifo");
        CommandResult.run("mkfifo", fifo.toString()).orFail();
        try (Fd fd = Fd.openRead(fifo)) {
            assertThat(fd.read(new byte[1])).isZero();
        }
    }

    @Test
    void saysWhatCannotBeOpened() {
        assertThatThrownBy(() -> Fd.openRead(directory.resolve("absent")))
                .isInstanceOf(PosixException.class)
                .hasMessage("open " + directory + "/absent: No such file or directory (ENOENT)");
    }

    @Test
    void isUselessOnceClosed() throws Exception {
        Fd fd = Fd.openNull();
        int number = fd.number();
        assertThat(fd.procPath()).hasToString("/proc/" + ProcessHandle.current().pid() + "/fd/" + number);
        fd.close();
        fd.close();

        assertThatThrownBy(fd::number)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("descriptor " + number + " is closed");
        assertThatThrownBy(() -> fd.read(new byte[1]))
                .isInstanceOf(PosixException.class)
                .hasMessage("use descriptor " + number + " after its end: Bad file descriptor (EBADF)");
        assertThat(fd).hasToString("closed descriptor " + number);
    }

    @Test
    void keepsItsNumberFromOthersWhileACallIsUnderWay() throws Exception {
        for (int i = 0; i < 300; i++) {
            Pipe pipe = Pipe.open();
            Fd reading = pipe.readEnd();
            int number = reading.number();
            CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> readOrEnd(reading), Threads.OWN);
            reading.close();
            // Takes the number if it is free, and holds something to read that is not meant for the reader above.
            try (Pipe later = Pipe.open()) {
                later.writeEnd().write(new byte[] {42});
                pipe.writeEnd().close();
                assertThat(read.get(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                        .as("descriptor %d in round %d", number, i)
                        .isLessThanOrEqualTo(0);
                assertThat(later.readEnd().read(new byte[8])).isEqualTo(1);
            }
        }
    }

    /** Number of bytes read; -1 when the descriptor was closed first. */
    private static int readOrEnd(Fd fd) {
        try {
            return fd.read(new byte[8]);
        } catch (PosixException e) {
            assertThat(e.errnoName()).isEqualTo("EBADF");
            return -1;
        }
    }

    @Test
    void awaitsInputAndTheEnd() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            assertThat(pipe.awaitReadable(Duration.ZERO)).isFalse();
            assertThat(pipe.awaitReadable(Duration.ofMillis(2))).isFalse();
            pipe.writeEnd().close();
            assertThat(pipe.awaitReadable(DEADLINE)).isTrue();
            assertThat(pipe.readEnd().read(new byte[1])).isZero();
        }
    }

    @Test
    void locksADirectoryOnce() throws Exception {
        try (DirectoryLock lock = DirectoryLock.tryLock(directory).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(DirectoryLock.tryLock(directory)).isEqualTo(Optional.empty());
        }
        try (DirectoryLock again = DirectoryLock.tryLock(directory).orElseThrow()) {
            assertThat(again).isNotNull();
        }
    }
}
