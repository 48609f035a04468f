package dev.rootlessnetwork.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedPlacesTest {
    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void resolve() throws IOException {
        directory = temporary.toRealPath();
    }

    private boolean concerns(Path path, Path in, String name) {
        WatchedPlaces.Place place =
                WatchedPlaces.of(List.of(path)).byDirectory().get(in);
        return place != null && place.concerns(Path.of(name));
    }

    @Test
    void watchesManifestsOfADirectoryAndTheDirectoryItself() {
        assertThat(concerns(directory, directory, "a.yaml")).isTrue();
        assertThat(concerns(directory, directory, ".a.yaml")).isFalse();
        assertThat(concerns(directory, directory, "a.txt")).isFalse();
        assertThat(concerns(
                        directory,
                        directory.getParent(),
                        directory.getFileName().toString()))
                .isTrue();
        assertThat(concerns(directory, directory.getParent(), "other")).isFalse();
    }

    @Test
    void watchesAFileByItsNameOnly() throws IOException {
        Path file = Files.writeString(directory.resolve("a.conf"), "");
        assertThat(concerns(file, directory, "a.conf")).isTrue();
        assertThat(concerns(file, directory, "b.yaml")).isFalse();
    }

    @Test
    void watchesEveryLinkOnTheWayAsOfAMountedConfigMap() throws IOException {
        Path version = Files.createDirectory(directory.resolve("..v1"));
        Files.writeString(version.resolve("web.yaml"), "");
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..v1"));
        Files.createSymbolicLink(directory.resolve("web.yaml"), Path.of("..data/web.yaml"));
        assertThat(concerns(directory, directory, "..data")).isTrue();
        assertThat(concerns(directory, version, "web.yaml")).isTrue();
        assertThat(concerns(directory.resolve("web.yaml"), directory, "..data")).isTrue();
    }

    @Test
    void watchesWhereAMissingPathWouldAppear() {
        assertThat(concerns(directory.resolve("x/y/z.yaml"), directory, "x")).isTrue();
    }

    @Test
    void comesToAnEndOnLinksInACircle() throws IOException {
        Files.createSymbolicLink(directory.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(directory.resolve("b"), Path.of("a"));
        assertThat(concerns(directory.resolve("a"), directory, "b")).isTrue();
    }
}
