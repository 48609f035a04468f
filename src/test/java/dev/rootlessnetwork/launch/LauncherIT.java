package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TargetServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher core on the real slirp4netns, in real namespaces. */
class LauncherIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

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
    }

    private Target pid() {
        return new Target.Pid(target.pid());
    }

    @Test
    void startsANetworkAndForwardsAPortAndFollowsEdits() throws Exception {
        try (TargetServer server = target.serveHttp("0.0.0.0", 80, "hello")) {
            assertThat(server.pid()).isPositive();
            Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
            assertThat(first.slirpProblem()).isNull();
            assertThat(first.ports()).extracting(PortObservation::state).containsExactly(PortObservation.State.ACTIVE);
            assertThat(get(18080)).isEqualTo("hello");

            Observation second = fixture.converge(
                    Plans.run("web", pid(), Plans.tcp("http", 18080, 80), Plans.tcp("more", 18081, 80)));
            assertThat(second.slirp()).isEqualTo(first.slirp());
            assertThat(get(18081)).isEqualTo("hello");

            Observation third = fixture.converge(Plans.run("web", pid(), Plans.tcp("more", 18081, 80)));
            assertThat(third.slirp()).isEqualTo(first.slirp());
            assertThat(get(18081)).isEqualTo("hello");
            try (ServerSocket free = new ServerSocket(18080, 1, InetAddress.getLoopbackAddress())) {
                assertThat(free.isBound()).isTrue();
            }
        }
    }

    @Test
    void restartsOnceForAnotherMtuAndBringsForwardsBack() {
        Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        Observation second =
                fixture.converge(Plans.run("web", pid(), Plans.options(9000), Plans.tcp("http", 18080, 80)));
        assertThat(second.slirp().pid()).isNotEqualTo(first.slirp().pid());
        assertThat(second.restarts()).isZero();
        assertThat(second.ports()).extracting(PortObservation::state).containsExactly(PortObservation.State.ACTIVE);
        assertThat(target.run("ip", "-o", "link", "show", "tap0").orFail().stdout())
                .contains("mtu 9000");
    }

    @Test
    void restartsAKilledSlirp4netnsAndCountsIt() {
        Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        ProcessHandle.of(first.slirp().pid()).orElseThrow().destroyForcibly();
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
        Observation second = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        assertThat(second.slirpProblem()).isNull();
        assertThat(second.restarts()).isEqualTo(1);
        assertThat(second.ports()).extracting(PortObservation::state).containsExactly(PortObservation.State.ACTIVE);
    }

    @Test
    void repairsADeletedTap() {
        Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        target.run("ip", "link", "delete", "tap0").orFail();
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
        Observation second = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        assertThat(second.slirpProblem()).isNull();
        assertThat(second.slirp().pid()).isNotEqualTo(first.slirp().pid());
        target.run("ip", "link", "show", "tap0").orFail();
    }

    @Test
    void tellsOfATargetThatEnded() {
        Observation first = fixture.converge(Plans.run("web", pid()));
        target.kill();
        await().atMost(DEADLINE).until(() -> fixture.changed.contains("uid-web"));
        Observation second = fixture.converge(Plans.run("web", pid()));
        assertThat(second.slirpProblem().reason()).isEqualTo(Reason.TargetExited);
        assertThat(second.slirpProblem().stalled()).isTrue();
        assertThat(second.restarts()).isZero();
        assertThat(ProcessHandle.of(first.slirp().pid())).isEmpty();
    }

    @Test
    void adoptsWhatAnEarlierLauncherLeft() throws IOException {
        Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", null, 80)));
        fixture.restart();
        assertThat(fixture.launcher.recovered())
                .extracting(identity -> identity.uid())
                .containsExactly("uid-web");
        Observation second = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", null, 80)));
        assertThat(second.slirp()).isEqualTo(first.slirp());
        assertThat(second.ports()).isEqualTo(first.ports());
    }

    @Test
    void choosesPortsThatNoOtherEntryOfTheObjectHas() throws IOException {
        fixture.restartWith(new HostPortRange(20000, 20001));
        for (String earlier : new String[] {"a", "b", "c", "d"}) {
            String uid = "web-" + earlier;
            int kept = hostPorts(fixture.converge(Plans.run(uid, pid(), Plans.tcp(earlier, null, 80))))
                    .get(0);
            // the later entry comes first in the object, and finds the port of the earlier one taken
            Observation both =
                    fixture.converge(Plans.run(uid, pid(), Plans.tcp("new", null, 80), Plans.tcp(earlier, null, 80)));
            assertThat(hostPorts(both)).containsExactly(kept == 20000 ? 20001 : 20000, kept);
            assertThat(both.ports()).extracting(PortObservation::state).containsOnly(PortObservation.State.ACTIVE);
            fixture.launcher.stop("uid-" + uid);
        }
    }

    @Test
    void choosesAnewWhereTheObjectNamesAChosenPortForAnotherEntry() {
        int chosen = hostPorts(fixture.converge(Plans.run("web", pid(), Plans.tcp("open", null, 80))))
                .get(0);
        Observation both =
                fixture.converge(Plans.run("web", pid(), Plans.tcp("open", null, 80), Plans.tcp("fixed", chosen, 81)));
        assertThat(hostPorts(both).get(0)).isNotEqualTo(chosen);
        assertThat(hostPorts(both).get(1)).isEqualTo(chosen);
        assertThat(both.ports()).extracting(PortObservation::state).containsOnly(PortObservation.State.ACTIVE);
    }

    private static List<Integer> hostPorts(Observation observation) {
        return observation.ports().stream().map(PortObservation::hostPort).toList();
    }

    @Test
    void healsAfterARecordWasGarbled() throws IOException {
        Observation first = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        Files.writeString(fixture.files("web").record(), "{garbled");
        fixture.restart();
        Observation second = fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
        assertThat(second.slirpProblem()).isNull();
        assertThat(second.ports()).extracting(PortObservation::state).containsExactly(PortObservation.State.ACTIVE);
        assertThat(ProcessHandle.of(first.slirp().pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void namesTheProcessThatHasAPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(18080, 1, InetAddress.getByName("0.0.0.0"))) {
            Observation observation = fixture.converge(
                    Plans.run("web", pid(), Plans.tcp("bad", 18080, 80), Plans.tcp("good", 18081, 80)));
            assertThat(observation.ports())
                    .extracting(PortObservation::state)
                    .containsExactly(PortObservation.State.FAILED, PortObservation.State.ACTIVE);
            assertThat(observation.ports().get(0).problem().reason()).isEqualTo(Reason.PortConflict);
            assertThat(observation.ports().get(0).problem().message())
                    .startsWith("TCP 127.0.0.1:18080 is in use by process "
                            + ProcessHandle.current().pid() + " (");
            assertThat(taken.isBound()).isTrue();
        }
    }

    @Test
    void givesAPortToTheObjectOfSmallerPrecedenceAndToTheOtherWhenItGoes() throws IOException {
        try (TargetProcess other = TargetProcess.inNetworkNamespace()) {
            var older = Plans.run("a", pid(), Plans.tcp("http", 18080, 80));
            var younger = Plans.run("b", new Target.Pid(other.pid()), Plans.tcp("http", 18080, 80));
            fixture.launcher.announce(List.of(younger, older));
            Observation refused = fixture.converge(younger);
            assertThat(refused.ports().get(0).problem().message())
                    .startsWith("TCP 127.0.0.1:18080 belongs to RootlessNetwork default/a");
            assertThat(fixture.converge(older).ports().get(0).state()).isEqualTo(PortObservation.State.ACTIVE);
            fixture.changed.clear();
            fixture.launcher.stop("uid-a");
            assertThat(fixture.changed).contains("uid-b");
            assertThat(fixture.converge(younger).ports().get(0).state()).isEqualTo(PortObservation.State.ACTIVE);
        }
    }

    @Test
    void refusesASecondNetworkInTheSameNamespace() {
        fixture.converge(Plans.run("a", pid()));
        Observation second = fixture.converge(Plans.run("b", pid()));
        assertThat(second.slirpProblem().reason()).isEqualTo(Reason.TargetInUse);
        fixture.changed.clear();
        fixture.launcher.stop("uid-a");
        assertThat(fixture.changed).contains("uid-b");
        assertThat(fixture.converge(Plans.run("b", pid())).slirpProblem()).isNull();
    }

    @Test
    void givesAnIpv6AddressAtOnceAndRemovesItsTap() {
        Observation observation = fixture.converge(Plans.run("web", pid(), Plans.withIpv6()));
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.guest().address6()).startsWith("fd00::").endsWith("/64");
        assertThat(target.run("ip", "-6", "addr", "show", "dev", "tap0")
                        .orFail()
                        .stdout())
                .contains("fd00:")
                .doesNotContain("tentative");
        fixture.launcher.stop("uid-web");
        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
    }

    @Test
    void leavesNothingBehindAfterStop() throws IOException {
        Set<Path> before = descriptors();
        for (int i = 0; i < 20; i++) {
            fixture.converge(Plans.run("web", pid(), Plans.tcp("http", 18080, 80)));
            fixture.launcher.stop("uid-web");
        }
        assertThat(descriptors()).hasSameSizeAs(before);
        assertThat(fixture.files("web").directory()).doesNotExist();
    }

    private static Set<Path> descriptors() throws IOException {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return Set.copyOf(fds.toList());
        }
    }

    private static String get(int port) throws Exception {
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
