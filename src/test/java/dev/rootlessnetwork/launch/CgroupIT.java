package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.MemorySize;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where on the node slirp4netns and the relay live, on the hierarchies of cgroups that this machine has. */
class CgroupIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String HERE = "127.0.0.1";
    private static final String WEB = NetworkFiles.id("uid-web");
    private static final NetworkOptions RELAYED = Plans.relayed();

    @TempDir
    Path temporary;

    private Path state;
    private TestCgroup cgroup;
    private TargetProcess target;
    private LauncherFixture operator;

    @BeforeEach
    void start() throws IOException {
        state = temporary.resolve("state");
        cgroup = new TestCgroup();
        target = TargetProcess.inNetworkNamespace();
        operator = new LauncherFixture(state);
    }

    @AfterEach
    void stop() throws IOException {
        operator.close();
        target.close();
        cgroup.close();
    }

    private NetworkRequest.Run web() {
        return Plans.run("web", new Target.Pid(target.pid()), RELAYED, Plans.tcp("http", 18080, 80));
    }

    private Observation converge() {
        Observation observation = operator.converge(web());
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.ports())
                .allSatisfy(port -> assertThat(port.problem()).isNull());
        return observation;
    }

    private static int relay() {
        assertThat(LiveProcesses.relays()).hasSize(1);
        return Integer.parseInt(LiveProcesses.relays().get(0));
    }

    private void assertEverywhere(String below, long pid) {
        assertThat(cgroup.hierarchiesWith(below, pid))
                .isEqualTo(TestCgroup.hierarchies().size());
    }

    @Test
    void givesEachNetworkAndTheRelayOneInEveryHierarchyAndRemovesItWithThem() throws IOException {
        operator.restartWith(new CgroupConfig(cgroup.name(), new MemorySize(64 << 20)));
        Observation observation = converge();
        assertEverywhere(WEB, observation.slirp().pid());
        assertEverywhere("relay", relay());
        // On version 2 it may be 0 so early: what was taken before the move is another cgroup's.
        long least = Files.exists(Path.of("/sys/fs/cgroup/memory")) ? 1 : 0;
        assertThat(operator.launcher.memory().get("uid-web")).isBetween(least, 64L << 20);

        operator.launcher.stop("uid-web");

        assertThat(cgroup.directories(WEB)).isEmpty();
        operator.restart();
        assertThat(cgroup.directories("relay")).isEmpty();
        assertThat(cgroup.directories("")).hasSameSizeAs(TestCgroup.hierarchies());
    }

    @Test
    void movesWhatAnOperatorWithoutOneHasLeft() throws IOException {
        Observation before = converge();
        int relay = relay();
        try (TcpEnd connection = connected()) {
            operator.restartWith(new CgroupConfig(cgroup.name(), null));
            assertThat(converge().slirp()).isEqualTo(before.slirp());

            assertEverywhere(WEB, before.slirp().pid());
            assertEverywhere("relay", relay);
            connection.echo("after");
        }
    }

    private TcpEnd connected() {
        target.serveTcpEcho("0.0.0.0", 80);
        TcpEnd connection = TcpEnd.connect(HERE, 18080);
        connection.echo("before");
        return connection;
    }

    @Test
    void removesThoseOfNetworksThatNobodyKnowsOnceAllObjectsAreKnown() throws IOException {
        operator.restartWith(new CgroupConfig(cgroup.name(), null));
        converge();
        for (Path top : cgroup.directories("")) {
            Files.createDirectory(top.resolve("0123456789abcdef"));
        }
        operator.restart();
        converge();
        assertThat(cgroup.directories("0123456789abcdef")).isNotEmpty();

        operator.launcher.stopOrphans();

        assertThat(cgroup.directories("0123456789abcdef")).isEmpty();
        assertThat(cgroup.directories(WEB)).isNotEmpty();
        assertThat(cgroup.directories("relay")).isNotEmpty();
    }

    @Test
    void saysThatTheLimitWasHitAndWhatToDo() throws IOException {
        operator.restartWith(new CgroupConfig(cgroup.name(), new MemorySize(16 << 20)));
        int slirp = converge().slirp().pid();
        Files.writeString(Path.of("/proc", Integer.toString(slirp), "oom_score_adj"), "1000");
        operator.changed.clear();

        exhaustMemory();

        await().atMost(DEADLINE).until(() -> operator.changed.contains("uid-web"));
        assertThat(operator.converge(web()).death())
                .startsWith("slirp4netns (PID " + slirp
                        + ") was killed by SIGKILL: the kernel killed it for want of memory:"
                        + " it may have 16Mi, see --network-memory-limit, which can be raised; restarts so far: 1.");
    }

    /** By another process in the network's cgroup; slirp4netns itself is hard to make take much. */
    private void exhaustMemory() throws IOException {
        Process greedy = new ProcessBuilder("sh", "-c", "read go; exec tail /dev/zero")
                .start(); // which looks for the end of a line
        for (Path directory : cgroup.directories(WEB)) {
            Files.writeString(directory.resolve("cgroup.procs"), Long.toString(greedy.pid()));
        }
        try (var input = greedy.outputWriter()) {
            input.write("go\n");
        }
        greedy.onExit().join();
    }

    @Test
    void startsNothingThatWouldEndWithTheContainer() throws IOException {
        operator.close();
        operator = new LauncherFixture(state, Source.CLUSTER, true, uid -> {});
        operator.restartWith(new CgroupConfig(cgroup.name(), null));

        Problem problem = operator.converge(web()).slirpProblem();

        assertThat(problem.reason()).isEqualTo(Reason.StartFailed);
        assertThat(problem.message())
                .isEqualTo(
                        "cannot start slirp4netns: cannot put slirp4netns into the cgroup " + cgroup.name() + "/" + WEB
                                + ": process 1 here is one of the pod's own: the agent's pod needs hostPID: true, and its container the"
                                + " capability SYS_PTRACE (and an AppArmor profile that allows ptrace, where there is AppArmor);"
                                + " 'rootlessnet prepare-node --cgroup " + cgroup.name()
                                + "', run once as root of the node, makes what is missing; without --cgroup it would end with our"
                                + " container");
        assertThat(LiveProcesses.named("slirp4netns")).isEmpty();
    }

    /** As a container runtime does it, upon the deletion of a pod or when its memory is exhausted. */
    @Test
    void cutsNothingWhenAllThatIsInTheOperatorsCgroupIsKilled() throws Exception {
        try (TestCgroup container = new TestCgroup().make()) {
            List<String> command = new ArrayList<>(List.of("unshare", "--cgroup", "--"));
            command.addAll(OperatorProcess.command(state, target.pid(), PortHandlerKind.ROOTLESSKIT));
            command.add(cgroup.name());
            Process agent = new ProcessBuilder(container.inside(command))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String ready = agent.inputReader().readLine();
            assertThat(ready).matches("ready \\d+");
            int slirp = Integer.parseInt(ready.substring("ready ".length()));
            int relay = relay();
            try (TcpEnd connection = connected()) {
                container.killAll();
                agent.waitFor();
                connection.echo("without an operator");
                operator.restartWith(new CgroupConfig(cgroup.name(), null));
                assertThat(converge().slirp().pid()).isEqualTo(slirp);
                assertThat(relay()).isEqualTo(relay);
                connection.echo("with the next operator");
            }
        }
    }
}
