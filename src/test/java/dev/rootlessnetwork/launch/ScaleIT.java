package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many networks, and many changes: nothing is lost, and nothing is left. This process may come to hold fewer descriptors
 * meanwhile, since the collector closes what other tests forgot.
 */
class ScaleIT {
    private static final int NETWORKS = 200;
    private static final int CHANGES = 1000;

    /** pidfds of slirp4netns and target, and the target's namespace. */
    private static final int DESCRIPTORS_OF_A_NETWORK = 3;

    @TempDir
    Path temporary;

    private final ExecutorService workers = Executors.newFixedThreadPool(8);
    private final List<TargetProcess> targets = new ArrayList<>();
    private LauncherFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"));
    }

    @AfterEach
    void stop() throws IOException {
        workers.shutdownNow();
        fixture.close();
        targets.forEach(TargetProcess::close);
    }

    private Observation converge(int number) {
        return fixture.converge(Plans.run(
                "net" + number, new Target.Pid(targets.get(number).pid()), Plans.tcp("http", 10_000 + number, 80)));
    }

    @Test
    void runsTwoHundredNetworksAtOnceAndLeavesNothingOfThem() throws Exception {
        for (int i = 0; i < NETWORKS; i++) {
            targets.add(TargetProcess.inNetworkNamespace());
        }
        converge(0);
        fixture.launcher.stop("uid-net0"); // what is loaded at first use stays
        long before = LiveProcesses.ownDescriptors();

        List<Future<Observation>> runs = new ArrayList<>();
        for (int i = 0; i < NETWORKS; i++) {
            int number = i;
            runs.add(workers.submit(() -> converge(number)));
        }
        List<Observation> observations = new ArrayList<>();
        for (Future<Observation> run : runs) {
            observations.add(run.get());
        }
        assertThat(observations).allSatisfy(observation -> {
            assertThat(observation.slirpProblem()).isNull();
            assertThat(observation.ports())
                    .extracting(PortObservation::state)
                    .containsExactly(PortObservation.State.ACTIVE);
        });
        assertThat(LiveProcesses.named("slirp4netns")).hasSize(NETWORKS);
        assertThat(observations.stream()
                        .map(observation -> descriptors(observation.slirp().pid()))
                        .distinct())
                .hasSize(1);
        assertThat(LiveProcesses.ownDescriptors()).isLessThanOrEqualTo(before + NETWORKS * DESCRIPTORS_OF_A_NETWORK);

        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < NETWORKS; i++) {
            String uid = "uid-net" + i;
            ends.add(workers.submit(() -> fixture.launcher.stop(uid)));
        }
        for (Future<?> end : ends) {
            end.get();
        }
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
        assertThat(temporary.resolve("state/networks")).isEmptyDirectory();
        assertThat(LiveProcesses.ownDescriptors()).isLessThanOrEqualTo(before);
    }

    private static long descriptors(int pid) {
        try {
            return LiveProcesses.descriptors(pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void leaksNothingOverAThousandPortChanges() throws IOException {
        targets.add(TargetProcess.inNetworkNamespace());
        Target target = new Target.Pid(targets.get(0).pid());
        Observation first = fixture.converge(Plans.run("web", target, Plans.tcp("kept", 18080, 80)));
        fixture.converge(Plans.run("web", target, Plans.tcp("kept", 18080, 80), Plans.tcp("more", 18081, 80)));
        fixture.converge(Plans.run("web", target, Plans.tcp("kept", 18080, 80)));
        long own = LiveProcesses.ownDescriptors();
        long slirps = LiveProcesses.descriptors(first.slirp().pid());
        for (int i = 0; i < CHANGES / 2; i++) {
            Observation more = fixture.converge(
                    Plans.run("web", target, Plans.tcp("kept", 18080, 80), Plans.tcp("more", 18081, 80)));
            assertThat(more.ports())
                    .allSatisfy(port -> assertThat(port.problem()).isNull());
            assertThat(fixture.converge(Plans.run("web", target, Plans.tcp("kept", 18080, 80)))
                            .slirp())
                    .isEqualTo(first.slirp());
        }
        assertThat(LiveProcesses.ownDescriptors()).isLessThanOrEqualTo(own);
        assertThat(LiveProcesses.descriptors(first.slirp().pid())).isEqualTo(slirps);
        assertThat(Files.size(fixture.files("web").log())).isLessThan(1 << 20);
    }
}
