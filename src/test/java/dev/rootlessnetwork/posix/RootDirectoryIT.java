package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootDirectoryIT {
    @TempDir
    Path directory;

    private Path inside;
    private RootDirectory root;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(directory.resolve("dir"));
        Files.writeString(directory.resolve("dir/file"), "outside");
        inside = Files.createDirectories(directory.resolve("root"));
        Files.createDirectories(inside.resolve("dir"));
        Files.writeString(inside.resolve("dir/file"), "inside");
        root = RootDirectory.open(inside);
    }

    @AfterEach
    void close() {
        root.close();
    }

    private String read(String path) throws PosixException {
        try (Fd held = root.openPath(Path.of(path));
                Fd file = held.reopenRead()) {
            byte[] content = new byte[16];
            return new String(content, 0, file.read(content), StandardCharsets.UTF_8);
        }
    }

    @Test
    void resolvesAbsolutePathsBelowItself() throws PosixException {
        assertThat(read("/dir/file")).isEqualTo("inside");
    }

    @Test
    void staysInsideWhenALinkIsAbsolute() throws IOException {
        Files.createSymbolicLink(inside.resolve("link"), Path.of("/dir"));
        assertThat(read("/link/file")).isEqualTo("inside");
    }

    @Test
    void staysInsideWhenAPathClimbsAboveIt() throws IOException {
        Files.createSymbolicLink(inside.resolve("dir/up"), Path.of("../../../dir"));
        assertThat(read("/dir/../../dir/file")).isEqualTo("inside");
        assertThat(read("/dir/up/file")).isEqualTo("inside");
    }

    @Test
    void holdsAFifoWithoutWaitingForItsWriter() throws IOException {
        CommandResult.run("mkfifo", inside.resolve("fifo").toString()).orFail();
        try (Fd held = root.openPath(Path.of("/fifo"));
                Fd fifo = held.reopenRead()) {
            assertThat(fifo.read(new byte[1])).isZero();
        }
    }

    @Test
    void seesWhatIsMountedLater() {
        Path later = inside.resolve("dir");
        CommandResult.run("mount", "-t", "tmpfs", "tmpfs", later.toString()).orFail();
        try {
            assertThatThrownBy(() -> root.openPath(Path.of("/dir/file")))
                    .hasMessage("open /dir/file: No such file or directory (ENOENT)");
        } finally {
            CommandResult.run("umount", later.toString()).orFail();
        }
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> root.openPath(Path.of("/absent")))
                .isInstanceOf(PosixException.class)
                .hasMessage("open /absent: No such file or directory (ENOENT)");
        assertThatThrownBy(() -> RootDirectory.open(inside.resolve("absent")))
                .hasMessage("open " + inside + "/absent: No such file or directory (ENOENT)");
    }

    @Test
    void followsNoLinkOfProc() throws IOException {
        Path proc = Files.createDirectory(inside.resolve("proc"));
        CommandResult.run("mount", "--bind", "/proc", proc.toString()).orFail();
        try {
            assertThatThrownBy(() -> root.openPath(Path.of("/proc/self/root/dir/file")))
                    .hasMessage("open /proc/self/root/dir/file: Too many levels of symbolic links (ELOOP);"
                            + " links of /proc are not followed: name a process by its PID");
        } finally {
            CommandResult.run("umount", proc.toString()).orFail();
        }
    }
}
