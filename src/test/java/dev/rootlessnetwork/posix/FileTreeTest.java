package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir
    Path temporary;

    private Path tree(String name) throws IOException {
        Path top = temporary.resolve(name);
        for (int i = 0; i < 20; i++) {
            Path directory = Files.createDirectories(top.resolve("networks").resolve(Integer.toString(i)));
            Files.createFile(directory.resolve("network.json"));
            Files.createFile(directory.resolve("status.yaml"));
        }
        return top;
    }

    @Test
    void deletesATreeAndFollowsNoLinks() throws IOException {
        Path top = tree("state");
        Path other = Files.createFile(
                Files.createDirectory(temporary.resolve("other")).resolve("file"));
        Files.createSymbolicLink(top.resolve("link"), other.getParent());
        FileTree.delete(top);
        assertThat(top).doesNotExist();
        assertThat(other).exists();
        FileTree.delete(top);
    }

    @Test
    void keepsTheDirectoryItselfAndWhatIsNamed() throws IOException {
        Path top = tree("state");
        Path lock = Files.createFile(top.resolve("lock"));
        FileTree.deleteContent(top, lock);
        assertThat(top).isDirectoryContaining(lock::equals);
        assertThat(top.toFile().list()).containsExactly("lock");
    }

    /** Two at the same trees again and again: each finds entries gone that it has just been told of. */
    @Test
    void doesNotFailWhereAnotherDeletesTheSame() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < 100; i++) {
                Path top = tree("state" + i);
                Future<?> deleted = other.submit(() -> {
                    FileTree.delete(top);
                    return null;
                });
                FileTree.deleteContent(top);
                deleted.get();
            }
        } finally {
            other.shutdown();
        }
        assertThat(temporary).isEmptyDirectory();
    }
}
