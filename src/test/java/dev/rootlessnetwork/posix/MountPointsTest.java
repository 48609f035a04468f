package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountPointsTest {
    @Test
    void readsMountPointsWithTheirEscapes() {
        List<Path> points = MountPoints.parse(List.of(
                "22 27 0:21 / /proc rw,relatime shared:12 - proc proc rw",
                "40 27 0:25 / /run/with\\040blank\\011tab\\012line\\134040 rw - tmpfs tmp\\040fs rw",
                "41 27 0:25 / /run/\\043hash-ümlaut rw - tmpfs tmpfs rw"));

        assertThat(points)
                .containsExactly(
                        Path.of("/proc"), Path.of("/run/with blank\ttab\nline\\040"), Path.of("/run/#hash-ümlaut"));
    }

    @Test
    void detachesTheLatestFirstAndNothingButWhatIsBelowRun() {
        List<Path> points = paths("/", "/run", "/run/a", "/run/a/b", "/runner", "/run/a/b", "/var/run/x");

        assertThat(MountPoints.detachable(points, List.of()))
                .containsExactlyElementsOf(paths("/run/a/b", "/run/a/b", "/run/a"));
    }

    @Test
    void keepsEachMountOnTheWayToWhatIsNeeded() {
        List<Path> points = paths("/run/a", "/run/a/b", "/run/a/c", "/run/user/0", "/run/user/01");

        assertThat(MountPoints.detachable(points, paths("/run/a/b/socket", "/run/user/0")))
                .containsExactlyElementsOf(paths("/run/user/01", "/run/a/c"));
    }

    private static List<Path> paths(String... paths) {
        return List.of(paths).stream().map(Path::of).toList();
    }
}
