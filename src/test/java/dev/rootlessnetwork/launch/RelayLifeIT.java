package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of forwarded ports when the relay, slirp4netns, the operator or a target goes. */
class RelayLifeIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final String HERE = "127.0.0.1";
    private static final NetworkOptions RELAYED = Plans.relayed();
    private static final PortEntry WEB = Plans.tcp("http", 18080, 80);
    private static final PortEntry OTHER = Plans.tcp("http", 18090, 80);

    @TempDir
    Path temporary;

    private Path relays;
    private LauncherFixture operator;
    private TargetProcess target;
    private TargetProcess otherTarget;

    @BeforeEach
    void start() throws IOException {
        relays = temporary.resolve("state/relay");
        operator = new LauncherFixture(temporary.resolve("state"));
        target = TargetProcess.inNetworkNamespace();
        otherTarget = TargetProcess.inNetworkNamespace();
        target.serveTcpEcho("0.0.0.0", 80);
        otherTarget.serveTcpEcho("0.0.0.0", 80);
    }

    @AfterEach
    void stop() throws IOException {
        operator.close();
        target.close();
        otherTarget.close();
    }

    private NetworkRequest.Run web(NetworkOptions options, PortEntry... ports) {
        return Plans.run("web", new Target.Pid(target.pid()), options, ports);
    }

    private NetworkRequest.Run other() {
        return Plans.run("other", new Target.Pid(otherTarget.pid()), RELAYED, OTHER);
    }

    private Observation converge(NetworkRequest request) {
        Observation observation = operator.converge(request);
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.ports())
                .allSatisfy(port -> assertThat(port.problem()).isNull());
        return observation;
    }

    private static long theRelay() {
        assertThat(LiveProcesses.relays()).hasSize(1);
        return Long.parseLong(LiveProcesses.relays().get(0));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(process -> {
            process.destroyForcibly();
            process.onExit().join();
        });
    }

    /** Converges as often as the launcher asks for it, until every port serves. */
    private void awaitServing(NetworkRequest request) {
        await().atMost(DEADLINE)
                .until(() -> operator.converge(request).ports().stream()
                        .allMatch(port -> port.state() == PortObservation.State.ACTIVE));
    }

    @Test
    void switchesThePortHandlerWhileSlirp4netnsGoesOn() {
        NetworkOptions plain = RELAYED.withPortHandler(PortHandlerKind.SLIRP4NETNS);
        Observation first = converge(web(RELAYED, WEB));
        for (NetworkOptions options : List.of(plain, RELAYED, plain, RELAYED)) {
            assertThat(converge(web(options, WEB)).slirp()).isEqualTo(first.slirp());
            assertThat(TestClient.here().echo("tcp", HERE, 18080, 1000)).isEqualTo("same");
            boolean relayed = options.portHandler() == PortHandlerKind.ROOTLESSKIT;
            assertThat(CommandResult.run("ss", "-Hltnp", "sport = :18080").stdout())
                    .contains(relayed ? "java" : "slirp4netns");
        }
    }

    @Test
    void bringsTheForwardsOfAllNetworksBackAfterTheRelayWasKilled() {
        converge(web(RELAYED, WEB));
        converge(other());
        for (int i = 0; i < 2; i++) {
            operator.changed.clear();
            kill(theRelay());
            await().atMost(DEADLINE).until(() -> operator.changed.containsAll(List.of("uid-web", "uid-other")));
            awaitServing(web(RELAYED, WEB));
            awaitServing(other());
            assertThat(TestClient.here().echo("tcp", HERE, 18080, 1)).isEqualTo("same");
            assertThat(TestClient.here().echo("tcp", HERE, 18090, 1)).isEqualTo("same");
        }
    }

    @Test
    void keepsConnectionsWhileSlirp4netnsDiesAndComesBack() {
        Observation before = converge(web(RELAYED, WEB));
        long relay = theRelay();
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("before");
            operator.changed.clear();
            kill(before.slirp().pid());
            client.echo("meanwhile");
            await().atMost(DEADLINE).until(() -> operator.changed.contains("uid-web"));
            await().atMost(DEADLINE)
                    .until(() -> operator.converge(web(RELAYED, WEB)).slirpProblem() == null);
            assertThat(converge(web(RELAYED, WEB)).slirp().pid())
                    .isNotEqualTo(before.slirp().pid());
            client.echo("after");
        }
        assertThat(theRelay()).isEqualTo(relay);
    }

    @Test
    void endsWhatADeadTargetHadAlsoWhenNoOperatorIsThereToSeeIt() throws IOException {
        converge(web(RELAYED, WEB));
        converge(other());
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd otherClient = TcpEnd.connect(HERE, 18090)) {
            client.echo("before");
            otherClient.echo("before");
            operator.launcher.close();
            target.kill();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
            assertThat(TestClient.here().refuses(HERE, 18080)).isTrue();
            otherClient.echo("after");
            operator.restart();
            otherClient.echo("with the next operator");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deleted", "dangling", "garbled", "a directory"})
    void findsItsRelayAgainWhenTheLinkIs(String harm) throws IOException {
        converge(web(RELAYED, WEB));
        long relay = theRelay();
        Path link = relays.resolve("current");
        Files.delete(link);
        switch (harm) {
            case "dangling" -> Files.createSymbolicLink(link, Path.of("1"));
            case "garbled" -> Files.writeString(link, "garbage");
            case "a directory" -> Files.createDirectories(link.resolve("inside"));
            default -> assertThat(link).doesNotExist();
        }
        try (TcpEnd client = TcpEnd.connect(HERE, 18080)) {
            client.echo("before");
            operator.restart();
            converge(web(RELAYED, WEB, Plans.tcp("more", 18081, 80)));
            client.echo("after");
        }
        assertThat(theRelay()).isEqualTo(relay);
        assertThat(TestClient.here().echo("tcp", HERE, 18081, 1)).isEqualTo("same");
        assertThat(link).isSymbolicLink();
    }

    /** Nobody could tell that relay anything any more, so another takes its place. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void replacesARelayWhoseFilesWereDeleted(boolean whileItIsKnown) throws IOException {
        converge(web(RELAYED, WEB));
        long relay = theRelay();
        CommandResult.run("rm", "-r", relays.toString()).orFail();
        if (!whileItIsKnown) {
            operator.restart();
        }
        awaitServing(web(RELAYED, WEB));
        assertThat(theRelay()).isNotEqualTo(relay);
        assertThat(TestClient.here().echo("tcp", HERE, 18080, 1)).isEqualTo("same");
    }

    @Test
    void endsWithItsLastNetworkAndIsStartedForTheNextAtOnce() {
        for (int i = 0; i < 5; i++) {
            converge(web(RELAYED, WEB));
            converge(other());
            operator.launcher.stop("uid-web");
            assertThat(TestClient.here().echo("tcp", HERE, 18090, 1)).isEqualTo("same");
            operator.launcher.stop("uid-other");
        }
        await().atMost(DEADLINE).until(LiveProcesses::relays, List::isEmpty);
        assertThat(relays).isEmptyDirectory();
    }

    @Test
    void leavesNoRelayForANetworkThatHasNoPortsAnyMore() {
        converge(web(RELAYED, WEB));
        converge(web(RELAYED));
        assertThat(TestClient.here().refuses(HERE, 18080)).isTrue();
        converge(web(RELAYED, WEB));
        assertThat(TestClient.here().echo("tcp", HERE, 18080, 1)).isEqualTo("same");
    }
}
