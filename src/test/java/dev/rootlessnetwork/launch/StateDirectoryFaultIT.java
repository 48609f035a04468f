package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A state directory on a disk that is full or read-only: what runs goes on, and what cannot be done is said. */
class StateDirectoryFaultIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** What is wrong with the disk. */
    enum Fault {
        FULL("No space left on device"),
        READ_ONLY("Read-only file system");

        private final String words;

        Fault(String words) {
            this.words = words;
        }
    }

    @TempDir
    Path temporary;

    private Path disk;
    private LauncherFixture fixture;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        disk = Files.createDirectory(temporary.resolve("disk"));
        mount("-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs");
        fixture = new LauncherFixture(disk.resolve("state"));
        target = TargetProcess.inNetworkNamespace();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        target.close();
        unmount();
    }

    private void breakDisk(Fault fault) {
        if (fault == Fault.FULL) {
            CommandResult result = CommandResult.run("dd", "if=/dev/zero", "of=" + disk.resolve("fill"), "bs=4096");
            assertThat(result.stderr()).contains("No space left on device");
        } else {
            // On top, because a mount through which a log is being written cannot be made read-only.
            mount("--bind", disk.toString());
            mount("-o", "remount,bind,ro");
        }
    }

    private void mendDisk(Fault fault) throws IOException {
        if (fault == Fault.FULL) {
            Files.delete(disk.resolve("fill"));
        } else {
            unmount();
        }
    }

    private void mount(String... how) {
        CommandResult.run(Stream.of(Stream.of("mount"), Stream.of(how), Stream.of(disk.toString()))
                        .flatMap(part -> part)
                        .toList())
                .orFail();
    }

    private void unmount() {
        CommandResult.run("umount", "--lazy", disk.toString()).orFail();
    }

    private Observation converge(PortEntry... ports) {
        return fixture.converge(Plans.run("web", new Target.Pid(target.pid()), ports));
    }

    @ParameterizedTest
    @EnumSource
    void startsNothingThatItCouldNotFindAgainUntilTheDiskIsMended(Fault fault) throws IOException {
        breakDisk(fault);
        Observation observation = converge();
        Problem problem = observation.slirpProblem();
        assertThat(problem.reason()).isEqualTo(Reason.StartFailed);
        assertThat(problem.stalled()).isFalse();
        assertThat(problem.message())
                .contains(fixture.files("web").directory().toString())
                .endsWith(": " + fault.words + "; make room in the state directory, or make it writable");
        assertThat(observation.retryAfter()).isNotNull();
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();

        mendDisk(fault);
        await().atMost(DEADLINE).until(() -> converge().slirp() != null);
    }

    @ParameterizedTest
    @EnumSource
    void changesPortsAndStopsAllTheSame(Fault fault) throws IOException {
        Observation first = converge(Plans.tcp("http", 18080, 80));
        breakDisk(fault);
        Observation second = converge(Plans.tcp("http", 18080, 80), Plans.tcp("more", 18081, 80));
        assertThat(second.slirp()).isEqualTo(first.slirp());
        assertThat(second.ports())
                .extracting(PortObservation::state)
                .containsExactly(PortObservation.State.ACTIVE, PortObservation.State.ACTIVE);
        fixture.launcher.stop("uid-web");
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
        mendDisk(fault);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheLastStatus(Fault fault) throws IOException {
        StateDirectory state = StateDirectory.open(disk.resolve("state"));
        state.writeStatus("uid-web", "old");
        breakDisk(fault);
        assertThatThrownBy(() -> state.writeStatus("uid-web", "new"))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot write " + fixture.files("web").status() + ": " + fault.words);
        mendDisk(fault);
        assertThat(state.statuses())
                .extracting(StateDirectory.StoredStatus::yaml)
                .containsExactly("old");
    }

    @Test
    void saysThatAReadOnlyDirectoryCannotBeUsed() {
        breakDisk(Fault.READ_ONLY);
        Path other = disk.resolve("other");
        assertThatThrownBy(() -> StateDirectory.open(other))
                .isInstanceOf(StateDirectoryException.class)
                .hasMessage("cannot use state directory " + other + ": " + other
                        + ": Read-only file system; make it writable or choose another with --state-dir");
        unmount();
    }
}
