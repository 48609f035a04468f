package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TcpEnd;
import dev.rootlessnetwork.testing.TestClient;
import dev.rootlessnetwork.testing.TestListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The relay when descriptors and memory are short, or somebody means it ill. */
class RelayFaultIT {
    private static final String HERE = "127.0.0.1";
    private static final int UNREAD = 8_000;
    /** Bytes that each of those sends. */
    private static final int UNREAD_SIZE = 64 * 1024;

    @TempDir
    Path directory;

    private final List<TcpEnd> open = new ArrayList<>();
    private RelayFixture relay;
    private TargetProcess target;

    @BeforeEach
    void start() throws IOException {
        relay = new RelayFixture(directory);
        target = relay.attach("web");
        target.serveTcpEcho("0.0.0.0", 80);
        relay.open("web", 18080, 80, 2);
    }

    @AfterEach
    void stop() throws IOException {
        open.forEach(TcpEnd::close);
        relay.close();
    }

    private TcpEnd connect(int port) {
        TcpEnd client = TcpEnd.connect(HERE, port);
        open.add(client);
        return client;
    }

    /** Lowers what was granted, and can be raised again. */
    private void limitDescriptors(String count) {
        CommandResult.run("prlimit", "--pid", Integer.toString(relay.pid()), "--nofile=" + count + ":")
                .orFail();
    }

    @Test
    void pausesWhenItIsOutOfDescriptorsAndTakesWhatHasWaitedWhenThereAreSomeAgain() throws IOException {
        connect(18080).echo("with enough");
        String granted = CommandResult.run(
                        "prlimit", "--pid", Integer.toString(relay.pid()), "--nofile", "--output=SOFT", "--noheadings")
                .orFail()
                .stdout()
                .strip();
        limitDescriptors(Long.toString(LiveProcesses.descriptors(relay.pid()) + 6));
        List<TcpEnd> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(connect(18080));
            clients.get(i).send("x");
        }

        awaitLog("out of descriptors");
        clients.subList(0, 10).forEach(TcpEnd::close);
        limitDescriptors(granted);
        clients.subList(10, 20).forEach(client -> assertThat(client.receive(1)).isEqualTo("x"));
        connect(18080).echo("afterwards");
        connect(18080).echo("and again");
    }

    private void restartWithDescriptors(int count) throws IOException {
        relay.close();
        relay = RelayFixture.withDescriptors(directory, count);
    }

    @Test
    void letsMoreConnectionsWaitThanItHasDescriptorsForAndServesEachInItsTurn() throws IOException {
        restartWithDescriptors(300);
        relay.attach("web").serveTcpEcho("0.0.0.0", 80);
        relay.open("web", 18080, 80, 1);
        List<TcpEnd> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(connect(18080));
            clients.get(i).send("x");
        }
        awaitLog("too many connections of one network");
        for (TcpEnd client : clients) {
            assertThat(client.receive(1)).isEqualTo("x");
            client.close();
        }
        connect(18080).echo("afterwards");
    }

    @Test
    void servesAnotherNetworkWhileOneIsFlooded() throws IOException {
        restartWithDescriptors(1000);
        relay.attach("flooded").serveTcpEcho("0.0.0.0", 80);
        relay.attach("other").serveTcpEcho("0.0.0.0", 80);
        relay.open("flooded", 18080, 80, 1);
        relay.open("other", 18090, 80, 1);
        for (int i = 0; i < 2000; i++) {
            connect(18080);
        }
        awaitLog("too many connections of one network");
        for (int i = 0; i < 20; i++) {
            connect(18090).echo("served " + i);
        }
        open.forEach(TcpEnd::close);
        connect(18080).echo("again");
    }

    private void awaitLog(String words) {
        await().atMost(RelayFixture.DEADLINE)
                .until(() -> Files.readString(relay.files(directory).log()).contains(words));
    }

    @Test
    void staysSmallWithThousandsOfConnectionsWhosePeersDoNotRead() throws IOException {
        byte[] bytes = new byte[UNREAD_SIZE];
        List<TcpEnd> served = new ArrayList<>();
        try (TestListener server = TestListener.in(target, "0.0.0.0", 81, 1024, 4096)) {
            for (int i = 0; i < UNREAD; i++) {
                connect(18081).sendWhatFits(bytes);
                served.add(server.accept());
                served.get(i).sendWhatFits(bytes);
            }
            assertThat(relay.residentMiB()).isLessThan(300);
            assertThat(LiveProcesses.descriptors(relay.pid())).isLessThan(2 * UNREAD + 500);
            for (int i = 0; i < 20; i++) {
                connect(18080).echo("served " + i);
            }
            for (int i = 0; i < UNREAD; i += 100) {
                assertThat(served.get(i).receiveBytes(1000)).hasSize(1000);
                assertThat(open.get(i).receiveBytes(1000)).hasSize(1000);
            }
        } finally {
            served.forEach(TcpEnd::close);
        }
    }

    @Test
    void resetsTheConnectionsOfATargetThatDiesAndKeepsNothingOfIt() throws IOException {
        TargetProcess doomed = relay.attach("doomed");
        relay.open("doomed", 18090, 80, 1);
        String netns = doomed.netns();
        TestListener server = TestListener.in(doomed, "0.0.0.0", 80);
        try (TcpEnd client = TcpEnd.connect(HERE, 18090);
                TcpEnd served = server.accept();
                TcpEnd other = TcpEnd.connect(HERE, 18080)) {
            served.send("x");
            assertThat(client.receive(1)).isEqualTo("x");
            other.echo("before");
            assertThat(namespaces()).contains(netns);
            doomed.kill();
            assertThat(client.ending()).isEqualTo(TcpEnd.Ending.RESET);
            await().atMost(RelayFixture.DEADLINE).until(() -> !namespaces().contains(netns));
            assertThat(TestClient.here().refuses(HERE, 18090)).isTrue();
            other.echo("after");
        } finally {
            server.close();
        }
    }

    /** Every network namespace that the relay has a descriptor of, or a thread in. */
    private List<String> namespaces() throws IOException {
        Path process = Path.of("/proc", Integer.toString(relay.pid()));
        List<String> found = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"));
                Stream<Path> threads = Files.list(process.resolve("task"))) {
            Stream.concat(descriptors, threads.map(thread -> thread.resolve("ns/net")))
                    .forEach(link -> found.add(linkTarget(link)));
        }
        return found;
    }

    private static String linkTarget(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed, or ended, meanwhile
        }
    }

    /** Even where the directories that keep them out are opened up. */
    @Test
    void refusesOtherUsersAtItsControlSocket() throws IOException {
        Path socket = relay.files(directory).controlSocket();
        CommandResult.run(
                        "chmod",
                        "a+rwx",
                        directory.toString(),
                        socket.getParent().toString(),
                        socket.toString())
                .orFail();
        String hello = "s = socket.socket(socket.AF_UNIX); s.connect('" + socket + "'); "
                + "s.send(b'{\"execute\":\"hello\"}\\n'); print(s.recv(1000).decode())";
        String asStranger = "import os, socket; os.setgroups([]); os.setgid(65534); os.setuid(65534); ";
        assertThat(CommandResult.run("python3", "-c", asStranger + hello)
                        .stdout()
                        .strip())
                .isEmpty();
        assertThat(CommandResult.run("python3", "-c", "import socket; " + hello)
                        .orFail()
                        .stdout())
                .contains("welcome");
        assertThat(Files.readString(relay.files(directory).log()))
                .contains("Refused a control connection of another user");
    }
}
