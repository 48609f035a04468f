package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathTrailIT {
    @TempDir
    Path temporary;

    private Path directory;

    @BeforeEach
    void make() throws IOException {
        directory = Files.createDirectory(temporary.toRealPath().resolve("real"));
    }

    private static PathTrail.Place place(Path path) {
        return new PathTrail.Place(path.getParent(), path.getFileName());
    }

    private void assertTrail(Path path, Path... places) {
        assertThat(PathTrail.of(new HostRoot.Own(), path))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(places).map(PathTrailIT::place).toList());
    }

    @Test
    void isTheEndWhereThereAreNoLinks() throws IOException {
        Path file = directory.resolve("file");
        assertTrail(file, file);
        assertTrail(Files.createFile(file), file);
    }

    @Test
    void stopsAtWhatIsMissingAndAtWhatIsNoDirectory() throws IOException {
        Path absent = directory.resolve("absent");
        assertTrail(absent.resolve("below/file"), absent);
        Path file = Files.createFile(directory.resolve("file"));
        assertTrail(file.resolve("below/more"), file.resolve("below"), file);
    }

    @Test
    void leadsOverEachLinkAndWhatItLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolveSibling("link"), directory);
        Path file = Files.createSymbolicLink(directory.resolve("file"), Path.of("other"));
        Path named = link.resolve("file");
        assertTrail(named, link, directory, named, named.resolveSibling("other"));
        assertThat(file).isSymbolicLink();
    }

    @Test
    void endsWhereLinksLeadInCircles() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        Files.createSymbolicLink(first, second);
        Files.createSymbolicLink(second, Path.of("./first"));
        assertThat(PathTrail.of(new HostRoot.Own(), first.resolve("file")))
                .contains(place(first), place(second))
                .hasSizeLessThan(100);
    }
}
