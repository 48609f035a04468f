package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.testing.Stub;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a network says, and what is left of it, when slirp4netns misbehaves in ways that the real one does not on demand. */
class SlirpFaultIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Says that it is ready, and leaves something in the place of the API socket. */
    private static final String READY =
            "until [ \"$1\" = --api-socket ]; do shift; done; : > \"$2\"; printf 1 >&4; exec 4>&-; ";

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

    /** @param script notes its PID first, so that its end can be told */
    private void stub(String script) throws IOException {
        Path stub = Stub.slirp4netns(temporary, "echo $$ > " + temporary.resolve("pid") + "; " + script);
        fixture.restartWith(stub, Duration.ofMillis(1500));
    }

    private Observation converge() {
        return fixture.converge(Plans.run("web", new Target.Pid(target.pid()), Plans.tcp("http", 18080, 80)));
    }

    private boolean stubLives() throws IOException {
        long pid = Long.parseLong(Files.readString(temporary.resolve("pid")).strip());
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** Starts are repeated, with longer and longer pauses, so this is what is told between two of them. */
    private Problem awaitProblem(Reason reason) {
        return await().atMost(DEADLINE)
                .until(() -> converge().slirpProblem(), problem -> problem != null && problem.reason() == reason);
    }

    @Test
    void endsOneThatHangsBeforeItIsReady() throws IOException {
        stub("exec sleep infinity");
        Observation observation = converge();
        assertThat(observation.slirpProblem())
                .isEqualTo(Problem.retried(
                        Reason.ReadyTimeout,
                        "slirp4netns was not ready within 1500 ms and was ended. It said nothing."));
        assertThat(observation.ports())
                .extracting(PortObservation::state)
                .containsExactly(PortObservation.State.PENDING);
        assertThat(observation.retryAfter()).isNotNull();
        assertThat(stubLives()).isFalse();
    }

    @Test
    void tellsTheLastWordsOfOneThatDiesBeforeItIsReadyAndTriesLessAndLessOften() throws IOException {
        stub("echo no luck >&2; exit 3");
        assertThat(converge().slirpProblem())
                .isEqualTo(Problem.retried(
                        Reason.StartFailed,
                        "slirp4netns exited with status 3 before it was ready. Its last words: no luck"));
        await().atMost(DEADLINE)
                .until(() -> converge().retryAfter(), pause -> pause.compareTo(Duration.ofMillis(500)) > 0);
    }

    @Test
    void tellsHowOneEndedThatDiesAfterItWasReadyAndCountsTheRestarts() throws IOException {
        stub(READY + "echo so long >&2; exit 7");
        converge();
        assertThat(awaitProblem(Reason.SlirpExited).message())
                .matches("slirp4netns \\(PID \\d+\\) exited with status 7; restarts so far: \\d+\\."
                        + " Its last words: (so long(; )?)+");
        assertThat(converge().restarts()).isPositive();
        assertThat(stubLives()).isFalse();
    }

    @Test
    void killsOneThatIgnoresSigterm() throws IOException {
        stub("trap '' TERM; exec slirp4netns \"$@\"");
        assertThat(converge().slirp()).isNotNull();
        assertThat(stubLives()).isTrue();
        fixture.launcher.stop("uid-web");
        assertThat(stubLives()).isFalse();
        assertThat(fixture.files("web").directory()).doesNotExist();
    }

    @Test
    void keepsTheLogOfOneThatFloodsItSmall() throws IOException {
        stub(READY + "exec yes flood");
        converge();
        assertThat(awaitProblem(Reason.SlirpExited).message()).contains("killed by SIGXFSZ");
        assertThat(Files.size(fixture.files("web").log())).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void reportsPortsOfOneThatNeverAnswersAndStopsItAllTheSame() throws IOException {
        stub("exec python3 -c '" + """
                import os, socket, sys
                path = sys.argv[sys.argv.index("--api-socket") + 1]
                server = socket.socket(socket.AF_UNIX)
                server.bind(path)
                server.listen(8)
                os.write(4, b"1")
                os.close(4)
                held = []
                while True:
                    held.append(server.accept())
                """ + "' \"$@\"");
        Observation observation = converge();
        assertThat(observation.slirpProblem()).isNull();
        assertThat(observation.ports())
                .extracting(PortObservation::problem)
                .containsExactly(Problem.retried(
                        Reason.PortFailed,
                        "slirp4netns did not answer list_hostfwd within 2 s on "
                                + fixture.files("web").apiSocket()));
        assertThat(observation.retryAfter()).isNotNull();
        fixture.launcher.stop("uid-web");
        assertThat(stubLives()).isFalse();
    }
}
