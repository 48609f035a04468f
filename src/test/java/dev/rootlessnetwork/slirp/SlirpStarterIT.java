package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Placement;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.posix.Signal;
import dev.rootlessnetwork.testing.Stub;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Getting the real slirp4netns ready, and telling what is wrong with stubs that never are. */
class SlirpStarterIT {
    private static final NetworkOptions OPTIONS =
            new NetworkOptions(null, 1500, false, false, PortHandlerKind.SLIRP4NETNS, null, null, false, null, "tap0");

    @TempDir
    Path temporary;

    private final SlirpStarter starter = new SlirpStarter();
    private TargetProcess target;
    private PidFd process;
    private Fd netns;

    @BeforeEach
    void start() throws IOException {
        target = TargetProcess.inNetworkNamespace();
        process = PidFd.open(target.pid());
        netns = Fd.openRead(Path.of("/proc", String.valueOf(target.pid()), "ns", "net"));
    }

    @AfterEach
    void stop() {
        netns.close();
        process.close();
        target.close();
    }

    private SlirpLaunch launch(Duration readyTimeout) {
        return launch(readyTimeout, true);
    }

    private SlirpLaunch launch(Duration readyTimeout, boolean configure) {
        return new SlirpLaunch(
                OPTIONS,
                netns,
                null,
                process,
                temporary.resolve("api.sock"),
                temporary.resolve("slirp4netns.log"),
                true,
                readyTimeout,
                Placement.NONE,
                configure);
    }

    private StartedSlirp startReal() throws Exception {
        return starter.start(new SlirpLocator().locate(null), launch(Duration.ofSeconds(5)));
    }

    private static void end(StartedSlirp started) throws IOException {
        try (PidFd slirp = started.process()) {
            slirp.signal(Signal.KILL);
            assertThat(slirp.awaitExit(Duration.ofSeconds(5))).isTrue();
            Children.reap(started.pid());
        }
    }

    private SlirpStartException failure(String script, Duration readyTimeout) throws Exception {
        SlirpBinary stub = new SlirpLocator().locate(Stub.slirp4netns(temporary, script));
        return catchThrowableOfType(SlirpStartException.class, () -> starter.start(stub, launch(readyTimeout)));
    }

    @Test
    void isReadyWithItsInterfaceItsSocketAndExactlyItsDescriptors() throws Exception {
        StartedSlirp started = startReal();
        try {
            assertThat(target.run("ip", "-o", "addr", "show", "dev", "tap0")
                            .orFail()
                            .stdout())
                    .contains("10.0.2.100/24");
            assertThat(temporary.resolve("api.sock")).exists();
            Map<Integer, String> descriptors = descriptors(started.pid());
            assertThat(descriptors.get(0)).isEqualTo("/dev/null");
            assertThat(descriptors.get(1))
                    .isEqualTo(temporary.resolve("slirp4netns.log").toString());
            assertThat(descriptors.get(2)).isEqualTo(descriptors.get(1));
            assertThat(descriptors.get(3)).contains("pidfd");
            assertThat(descriptors.values())
                    .allMatch(held -> held.matches("/dev/null|(/dev)?/net/tun|.*slirp4netns\\.log|.*pidfd.*|socket:.*|"
                            + "pipe:.*|anon_inode:.*"))
                    .filteredOn(held -> held.startsWith("pipe:"))
                    .isEmpty();
        } finally {
            end(started);
        }
    }

    private static Map<Integer, String> descriptors(int pid) throws IOException {
        Map<Integer, String> descriptors = new TreeMap<>();
        try (var entries = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
            for (Path entry : entries.toList()) {
                descriptors.put(
                        Integer.valueOf(entry.getFileName().toString()),
                        Files.readSymbolicLink(entry).toString());
            }
        }
        return descriptors;
    }

    @Test
    void confinesItselfAndLeavesTheHostsMountsAlone() throws Exception {
        List<String> before = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        StartedSlirp started = startReal();
        try {
            assertThat(started.sandbox()).isTrue();
            Path root = Path.of("/proc", String.valueOf(started.pid()), "root");
            try (var entries = Files.list(root)) {
                assertThat(entries.map(entry -> entry.getFileName().toString()))
                        .containsExactlyInAnyOrder("etc", "run");
            }
            List<String> status = Files.readAllLines(Path.of("/proc", String.valueOf(started.pid()), "status"));
            assertThat(status).contains("CapEff:\t0000000000000400", "Seccomp:\t2", "NoNewPrivs:\t1");
            assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
        } finally {
            end(started);
        }
    }

    @Test
    void endsWithItsTargetByItself() throws Exception {
        StartedSlirp started = startReal();
        try (PidFd slirp = started.process()) {
            assertThat(slirp.awaitExit(Duration.ofMillis(50))).isFalse();
            target.kill();
            assertThat(slirp.awaitExit(Duration.ofSeconds(10))).isTrue();
            Children.reap(started.pid());
        }
    }

    @Test
    void tellsTheStatusAndLastWordsOfOneThatDiesBeforeItIsReady() throws Exception {
        SlirpStartException failure = failure("echo first; echo no luck >&2; exit 3", Duration.ofSeconds(5));
        assertThat(failure.kind()).isEqualTo(SlirpStartException.Kind.FAILED);
        assertThat(failure)
                .hasMessage("slirp4netns exited with status 3 before it was ready. Its last words: first; no luck");
    }

    @Test
    void endsOneThatIsNotReadyInTimeAlsoIfItIgnoresSigterm() throws Exception {
        SlirpStartException failure = failure(
                "trap '' TERM; echo $$ > " + temporary + "/pid; echo hm; exec sleep infinity", Duration.ofMillis(500));
        assertThat(failure.kind()).isEqualTo(SlirpStartException.Kind.READY_TIMEOUT);
        assertThat(failure).hasMessage("slirp4netns was not ready within 500 ms and was ended. Its last words: hm");
        int pid = Integer.parseInt(Files.readString(temporary.resolve("pid")).strip());
        assertThat(Procfs.state(pid)).isEmpty();
    }

    @Test
    void keepsNoneWhosePortsCouldNeverBeChanged() throws Exception {
        SlirpStartException failure = failure("printf 1 >&4; exec 4>&-; exec sleep infinity", Duration.ofSeconds(5));
        assertThat(failure.kind()).isEqualTo(SlirpStartException.Kind.FAILED);
        assertThat(failure)
                .hasMessage("slirp4netns said it was ready, but made no API socket at " + temporary.resolve("api.sock")
                        + ". It said nothing.");
    }

    /** The real one where pivot_root(2) is forbidden, as by the default seccomp profile of containers. */
    private SlirpBinary withoutPivotRoot() throws Exception {
        Path script = temporary.resolve("without-pivot-root.py");
        try (InputStream source = SlirpStarterIT.class.getResourceAsStream("without-pivot-root.py")) {
            Files.copy(source, script);
        }
        return new SlirpLocator().locate(Stub.slirp4netns(temporary, "exec python3 " + script + " \"$@\""));
    }

    @Test
    void doesWithoutASandboxThatCannotBeHad() throws Exception {
        StartedSlirp started = starter.start(withoutPivotRoot(), launch(Duration.ofSeconds(10)));
        try {
            assertThat(started.sandbox()).isFalse();
            assertThat(started.seccomp()).isTrue();
            assertThat(SlirpLog.lastRun(temporary.resolve("slirp4netns.log"))).doesNotContain("create_sandbox");
            assertThat(new SlirpApi(temporary.resolve("api.sock"), (command, took, failed) -> {}).listHostfwd())
                    .isEmpty();
        } finally {
            end(started);
        }
    }

    @Test
    void startsOnATapThatIsThereAlsoInTheSecondAttempt() throws Exception {
        target.run("ip", "tuntap", "add", "tap0", "mode", "tap").orFail();
        target.run("ip", "address", "add", "10.0.2.100/24", "dev", "tap0").orFail();
        StartedSlirp started = starter.start(withoutPivotRoot(), launch(Duration.ofSeconds(10), false));
        try {
            assertThat(started.sandbox()).isFalse();
            assertThat(target.run("ip", "-o", "addr", "show", "dev", "tap0").stdout())
                    .contains("10.0.2.100/24");
        } finally {
            end(started);
        }
    }

    @Test
    void tellsTheCauseAndNotWhatSlirp4netnsSaysEachTime() throws Exception {
        Path log = temporary.resolve("slirp4netns.log");
        Files.writeString(log, "words of an earlier one\n");
        target.run("ip", "tuntap", "add", "tap0", "mode", "tap").orFail();
        target.run("ip", "address", "add", "10.0.2.100/24", "dev", "tap0").orFail();
        target.run("ip", "link", "set", "tap0", "up").orFail();
        target.run("ip", "route", "add", "default", "via", "10.0.2.2").orFail();
        SlirpStartException failure = catchThrowableOfType(SlirpStartException.class, this::startReal);
        assertThat(failure)
                .hasMessage("slirp4netns exited with status 1 before it was ready."
                        + " Its last words: set route: File exists; child failed(1)");
    }

    @Test
    void leavesNothingOfWhatAHangingScriptStarted() throws Exception {
        failure("sleep 1000 & echo $! > " + temporary + "/pid; wait", Duration.ofMillis(500));
        int pid = Integer.parseInt(Files.readString(temporary.resolve("pid")).strip());
        await().atMost(Duration.ofSeconds(5)).until(() -> Procfs.state(pid).orElse('Z') == 'Z');
    }

    @Test
    void keepsNoSlirp4netnsThatFloodsItsLog() throws Exception {
        SlirpStartException failure =
                failure("while :; do echo 0123456789012345678901234567890123456789; done", Duration.ofSeconds(20));
        assertThat(failure.getMessage()).contains("before it was ready");
        assertThat(Files.size(temporary.resolve("slirp4netns.log"))).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void leaksNoDescriptor() throws Exception {
        end(startReal());
        int before = descriptors((int) ProcessHandle.current().pid()).size();
        for (int i = 0; i < 50; i++) {
            end(startReal());
            failure("exit 1", Duration.ofSeconds(5));
        }
        assertThat(descriptors((int) ProcessHandle.current().pid())).hasSize(before);
    }
}
