package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestListener;
import dev.rootlessnetwork.testing.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a connection that is led through the relay, with both of its ends in the test's hands. */
class RelayStreamIT {
    private static final String HERE = "127.0.0.1";
    private static final int LARGE = 64 << 20;
    private static final int MANY = 500;

    @TempDir
    Path directory;

    private RelayFixture relay;
    private TargetProcess target;
    private TestListener server;

    @BeforeEach
    void start() throws IOException {
        relay = new RelayFixture(directory);
        target = relay.attach("web");
        server = TestListener.in(target, "0.0.0.0", 80);
        relay.open("web", 18080, 80, 10);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        relay.close();
    }

    @Test
    void passesTheEndOfOneDirectionOnAndKeepsTheOther() {
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            client.send("question");
            client.endSending();
            assertThat(served.receiveAll()).asString().isEqualTo("question");
            served.send("answer");
            assertThat(client.receive(6)).isEqualTo("answer");
            served.hangUp();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.CLOSED);
        }
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            served.send("greeting");
            served.endSending();
            assertThat(client.receiveAll()).asString().isEqualTo("greeting");
            client.send("thanks");
            assertThat(served.receive(6)).isEqualTo("thanks");
            client.hangUp();
            assertThat(served.ending()).isEqualTo(TcpEnd.Ending.CLOSED);
        }
    }

    /** Whatever the host's is; see docs/decisions/a-relay-of-our-own.md. */
    @Test
    void usesThePlainestCongestionControlWhereAWayStaysInsideTheMachine() throws IOException {
        relay.open("web", HERE, 18090, 80, 1);
        try (TcpEnd client = TcpEnd.connect(HERE, 18090);
                TcpEnd served = server.accept()) {
            client.send("x");
            assertThat(served.receive(1)).isEqualTo("x");
            assertThat(target.run("ss", "-tinH", "dport = :80").orFail().stdout())
                    .contains(" reno ");
            assertThat(CommandResult.run("ss", "-tinH", "sport = :18090")
                            .orFail()
                            .stdout())
                    .contains(" reno ");
        }
    }

    @Test
    void passesAResetOnBothWays() {
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            client.send("x");
            assertThat(served.receive(1)).isEqualTo("x");
            served.reset();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            client.reset();
            assertThat(served.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
    }

    @Test
    void passesAResetOnAfterTheEndOfOneDirection() {
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            client.endSending();
            assertThat(served.ending()).isEqualTo(TcpEnd.Ending.CLOSED);
            served.reset();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            served.endSending();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.CLOSED);
            client.reset();
            assertThat(served.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
    }

    @Test
    void resetsAClientAtOnceWhereNobodyListens() {
        try (TcpEnd client = TcpEnd.connect(HERE, 18081)) {
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
        }
    }

    /** What was written before the end arrives, however soon the end follows. */
    @Test
    void losesNothingOfWhatIsSentRightBeforeTheEnd() {
        for (int i = 0; i < 50; i++) {
            try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                    TcpEnd served = server.accept()) {
                client.send("last words");
                client.hangUp();
                assertThat(served.receiveAll()).asString().isEqualTo("last words");
            }
        }
    }

    @Test
    void isNotHeldUpByAGuestThatNeitherAcceptsNorReads() {
        target.serveTcpEcho("0.0.0.0", 82);
        List<TcpEnd> stuck = new ArrayList<>();
        try (TestListener slow = TestListener.in(target, "0.0.0.0", 81, 1, 0);
                TcpEnd unread = TcpEnd.connect(HERE, 18080);
                TcpEnd unreading = server.accept();
                TcpEnd other = TcpEnd.connect(HERE, 18082)) {
            for (int i = 0; i < 20; i++) {
                stuck.add(TcpEnd.connect(HERE, 18081)); // the kernel lets two of them in
            }
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> unread.send(new byte[LARGE]), Threads.OWN);
            for (int i = 0; i < 100; i++) {
                other.echo("go on " + i);
            }
            assertThat(sending).isNotDone();
            assertThat(unreading.receiveBytes(LARGE)).hasSize(LARGE);
            sending.join();
            slow.accept().close();
        } finally {
            stuck.forEach(TcpEnd::close);
        }
    }

    @Test
    void passesLargeTransfersUnchangedBothWaysAtATime() {
        byte[] up = new byte[LARGE];
        byte[] down = new byte[LARGE];
        new Random(1).nextBytes(up);
        new Random(2).nextBytes(down);
        try (TcpEnd client = TcpEnd.connect(HERE, 18080);
                TcpEnd served = server.accept()) {
            CompletableFuture<Void> sendUp = CompletableFuture.runAsync(() -> sendAll(client, up), Threads.OWN);
            CompletableFuture<Void> sendDown = CompletableFuture.runAsync(() -> sendAll(served, down), Threads.OWN);
            CompletableFuture<byte[]> gotUp = CompletableFuture.supplyAsync(served::receiveAll, Threads.OWN);
            assertThat(client.receiveAll()).isEqualTo(down);
            assertThat(gotUp.join()).isEqualTo(up);
            sendUp.join();
            sendDown.join();
        }
    }

    private static void sendAll(TcpEnd end, byte[] bytes) {
        end.send(bytes);
        end.endSending();
    }

    @Test
    void servesManyShortConnectionsAtATime() {
        target.serveTcpEcho("0.0.0.0", 82);
        List<CompletableFuture<Void>> connections = IntStream.range(0, MANY)
                .mapToObj(number -> CompletableFuture.runAsync(
                        () -> {
                            try (TcpEnd client = TcpEnd.connect(HERE, 18082)) {
                                client.echo("number " + number);
                            }
                        },
                        Threads.OWN))
                .toList();
        connections.forEach(CompletableFuture::join);
    }
}
