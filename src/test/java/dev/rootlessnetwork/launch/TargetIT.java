package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Recollection;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which targets get a network, which do not, and why. */
class TargetIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String NETNS = "target-it";

    @TempDir
    Path temporary;

    private LauncherFixture fixture;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        fixture = new LauncherFixture(temporary.resolve("state"));
        target = TargetProcess.inNetworkNamespace();
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        target.close();
        CommandResult.run("ip", "netns", "delete", NETNS);
    }

    private Problem problemOf(Target named) {
        return fixture.converge(Plans.run("web", named)).slirpProblem();
    }

    private void awaitChange() {
        await().atMost(DEADLINE).until(() -> fixture.changed.remove("uid-web"));
    }

    @Test
    void refusesANumberThatIsNoProcess() {
        assertThat(CommandResult.run("cat", "/proc/sys/kernel/pid_max").orFail().stdout())
                .isEqualTo(Procfs.pidMax() + "\n");
        assertThat(problemOf(new Target.Pid(Procfs.pidMax() + 1)))
                .isEqualTo(Problem.stalled(
                        Reason.TargetNotFound,
                        "there is no process " + (Procfs.pidMax() + 1)
                                + " on this machine (process IDs on this machine end at " + Procfs.pidMax()
                                + "): start it, or name one that runs"));
    }

    @Test
    void refusesAThreadAndNamesItsProcess() throws IOException {
        long own = ProcessHandle.current().pid();
        int thread;
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            thread = threads.mapToInt(
                            path -> Integer.parseInt(path.getFileName().toString()))
                    .filter(id -> id != own)
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(problemOf(new Target.Pid(thread)))
                .isEqualTo(Problem.stalled(
                        Reason.TargetNotFound,
                        thread + " is a thread of process " + own + ", not a process: name " + own + " instead"));
    }

    @Test
    void refusesAZombie() throws IOException {
        Process parent = new ProcessBuilder("python3", "-c", """
                import os, sys
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
                print(pid, flush=True)
                sys.stdin.read()
                """).start();
        try (var output = parent.inputReader()) {
            int zombie = Integer.parseInt(output.readLine());
            assertThat(problemOf(new Target.Pid(zombie)))
                    .isEqualTo(Problem.stalled(
                            Reason.TargetExited,
                            "process " + zombie + " has ended and waits for its parent to take note (zombie):"
                                    + " start it anew and put its process ID into spec.target.pid"));
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void refusesTheHostsOwnNamespace() {
        Problem problem = problemOf(new Target.Pid((int) ProcessHandle.current().pid()));
        assertThat(problem.reason()).isEqualTo(Reason.TargetNotAllowed);
        assertThat(problem.message()).startsWith("the target is in the host's own network namespace");
    }

    @Test
    void refusesATargetThatHasADefaultRouteAndNamesItsDevice() {
        target.run("ip", "tuntap", "add", "dev", "uplink0", "mode", "tap").orFail();
        target.run("ip", "link", "set", "uplink0", "up").orFail();
        target.run("ip", "route", "add", "default", "dev", "uplink0").orFail();
        assertThat(problemOf(new Target.Pid(target.pid())))
                .isEqualTo(Problem.stalled(
                        Reason.TargetNotAllowed,
                        "the target has a network already, an IPv4 default route through uplink0:"
                                + " remove that route, or name a target without one"));
    }

    @Test
    void refusesATargetThatHasAnInterfaceOfThatName() {
        target.run("ip", "tuntap", "add", "dev", "tap0", "mode", "tap").orFail();
        assertThat(problemOf(new Target.Pid(target.pid())))
                .isEqualTo(Problem.stalled(
                        Reason.TargetNotAllowed,
                        "the target has an interface tap0 already:"
                                + " remove it, or choose another options.interfaceName"));
    }

    @Test
    void neverAttachesToAnotherProcessUnderTheNumber() {
        TargetBinding earlier = new TargetBinding("", target.pid(), 1, Procfs.bootId(), "net:[1]");
        TargetBinding lastBoot = new TargetBinding(
                "", target.pid(), Procfs.startTime(target.pid()).orElseThrow(), "another boot", "net:[1]");
        for (TargetBinding binding : new TargetBinding[] {earlier, lastBoot}) {
            NetworkRequest.Run plain = Plans.run("web", new Target.Pid(target.pid()));
            Observation observation =
                    fixture.converge(new NetworkRequest.Run(plain.plan(), new Recollection(binding, Map.of())));
            assertThat(observation.slirpProblem().reason()).isEqualTo(Reason.TargetExited);
            assertThat(observation.slirpProblem().message())
                    .startsWith("process " + target.pid() + ", to which this network was bound, has ended");
        }
    }

    @Test
    void followsAPidFileFromProcessToProcess() throws IOException {
        Path file = temporary.resolve("web.pid");
        assertThat(problemOf(new Target.PidFile(file)))
                .isEqualTo(Problem.retried(Reason.TargetNotFound, "there is no file " + file + " yet; waiting for it"));
        Files.writeString(file, target.pid() + "\n");
        awaitChange();
        Observation first = fixture.converge(Plans.run("web", new Target.PidFile(file)));
        assertThat(first.target().pid()).isEqualTo(target.pid());

        target.kill();
        awaitChange();
        Problem exited = problemOf(new Target.PidFile(file));
        assertThat(exited.reason()).isEqualTo(Reason.TargetExited);
        assertThat(exited.stalled()).isFalse();

        try (TargetProcess next = TargetProcess.inNetworkNamespace()) {
            fixture.changed.clear();
            Files.writeString(file, next.pid() + "\n");
            awaitChange();
            Observation second = fixture.converge(Plans.run("web", new Target.PidFile(file)));
            assertThat(second.target().pid()).isEqualTo(next.pid());
            assertThat(second.slirpProblem()).isNull();
            assertThat(second.restarts()).isZero();
        }
    }

    @Test
    void followsThePidFileThatALinkLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("web.pid"), Path.of("v1/pid"));
        Target named = new Target.PidFile(link);
        assertThat(problemOf(named).reason()).isEqualTo(Reason.TargetNotFound);
        fixture.changed.clear();
        Files.createDirectory(temporary.resolve("v1"));
        Files.writeString(temporary.resolve("v1/pid"), target.pid() + "\n");
        await().atMost(DEADLINE)
                .until(() -> fixture.changed.remove("uid-web")
                        && fixture.converge(Plans.run("web", named)).slirp() != null);

        try (TargetProcess next = TargetProcess.inNetworkNamespace()) {
            Files.createDirectory(temporary.resolve("v2"));
            Files.writeString(temporary.resolve("v2/pid"), next.pid() + "\n");
            fixture.changed.clear();
            Path fresh = Files.createSymbolicLink(temporary.resolve("fresh"), Path.of("v2/pid"));
            Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE);
            awaitChange();
            assertThat(fixture.converge(Plans.run("web", named)).target().pid()).isEqualTo(next.pid());
        }
    }

    @Test
    void watchesADirectoryForEachOfThePathsThatLeadToIt() throws IOException {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        fixture.converge(Plans.run("first", new Target.PidFile(real.resolve("first.pid"))));
        fixture.converge(Plans.run("web", new Target.PidFile(link.resolve("web.pid"))));
        fixture.launcher.stop("uid-first");
        fixture.changed.clear();
        Files.writeString(real.resolve("web.pid"), target.pid() + "\n");
        awaitChange();
        assertThat(fixture.changed).doesNotContain("uid-first");
    }

    @Test
    void neverTellsTheNumberThatAPidFileHolds() throws IOException {
        Path file = temporary.resolve("pin");
        for (String number : new String[] {"1234567890", Integer.toString(Procfs.pidMax())}) {
            Files.writeString(file, number);
            assertThat(problemOf(new Target.PidFile(file)))
                    .isEqualTo(Problem.retried(
                            Reason.TargetNotFound,
                            "the process that " + file + " names does not exist; waiting for it"));
        }
    }

    @Test
    void keepsAProcessWhosePidFileIsGone() throws IOException {
        Path file = temporary.resolve("web.pid");
        Files.writeString(file, target.pid() + "\n");
        Observation first = fixture.converge(Plans.run("web", new Target.PidFile(file)));
        Files.delete(file);
        assertThat(fixture.converge(Plans.run("web", new Target.PidFile(file))).slirp())
                .isEqualTo(first.slirp());
    }

    @Test
    void refusesAPidFileThatIsNoneAndNeverTellsItsContent() throws IOException {
        Path secret = temporary.resolve("secret");
        Files.writeString(secret, "hunter2");
        assertThat(problemOf(new Target.PidFile(secret)).message())
                .isEqualTo("cannot read a process ID from " + secret + ": it does not hold a process ID");
        Path large = temporary.resolve("large");
        Files.writeString(large, "1".repeat(33));
        assertThat(problemOf(new Target.PidFile(large)).message())
                .isEqualTo("cannot read a process ID from " + large + ": it has 33 bytes, and a PID file at most 32");
        Path fifo = temporary.resolve("fifo");
        CommandResult.run("mkfifo", fifo.toString()).orFail();
        assertThat(problemOf(new Target.PidFile(fifo)).message())
                .isEqualTo("cannot read a process ID from " + fifo + ": it is not a regular file");
    }

    @Test
    void awaitsANamespacePathAndEndsWithIt() {
        Target named = new Target.NetnsPath(Path.of("/run/netns", NETNS));
        assertThat(problemOf(named))
                .isEqualTo(Problem.retried(
                        Reason.TargetNotFound,
                        "there is no network namespace at /run/netns/" + NETNS + " yet; waiting for it"));
        fixture.changed.clear();
        CommandResult.run("ip", "netns", "add", NETNS).orFail();
        await().atMost(DEADLINE)
                .until(() -> fixture.changed.remove("uid-web")
                        && fixture.converge(Plans.run("web", named)).slirp() != null);
        CommandResult.run("ip", "netns", "exec", NETNS, "ip", "link", "show", "tap0")
                .orFail();

        fixture.changed.clear();
        CommandResult.run("ip", "netns", "delete", NETNS).orFail();
        awaitChange();
        await().atMost(DEADLINE).until(() -> problemOf(named).reason() == Reason.TargetExited);
    }

    @Test
    void awaitsANamespaceOnAPathThatIsAnOrdinaryFile() throws IOException {
        Path file = Files.writeString(temporary.resolve("plain"), "");
        assertThat(problemOf(new Target.NetnsPath(file)))
                .isEqualTo(Problem.retried(
                        Reason.TargetNotFound,
                        file + " is a file, but no network namespace is mounted on it (any more)"));
    }

    @Test
    void movesToAnotherTargetWhenTheSpecNamesOne() throws IOException {
        Observation first = fixture.converge(Plans.run("web", new Target.Pid(target.pid())));
        try (TargetProcess other = TargetProcess.inNetworkNamespace()) {
            Observation second = fixture.converge(Plans.run("web", new Target.Pid(other.pid())));
            assertThat(second.slirp().pid()).isNotEqualTo(first.slirp().pid());
            other.run("ip", "link", "show", "tap0").orFail();
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
        }
    }
}
