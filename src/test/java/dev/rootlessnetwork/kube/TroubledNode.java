package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus.SlirpStatus;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.FaultyLink;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A node with targets, whose agent reaches the API server through a link that can fail. Each object has a target of its own, with an
 * echo server on port 80.
 */
final class TroubledNode implements AutoCloseable {
    private static final Duration CLIENT_DEADLINE = Duration.ofSeconds(1);

    final String name;
    final FaultyLink link;
    final TestNamespace namespace;
    private final Path directory;
    private final Path kubeconfig;
    private final Map<String, TargetProcess> targets = new HashMap<>();
    private final Deque<TroubledAgent> agents = new ArrayDeque<>();

    /** @param name of the node, and of the namespace of its objects and its agent's account */
    TroubledNode(ApiServer server, String name, Path directory) {
        this.name = name;
        this.directory = directory;
        link = new FaultyLink(server.address());
        namespace = new TestNamespace(server, name);
        Path direct = ShippedRights.account(server, name);
        kubeconfig = write("agent.conf", read(direct).replace(server.address(), link.address()));
    }

    /** The agent's kubeconfig. */
    Path kubeconfig() {
        return kubeconfig;
    }

    String user() {
        return ShippedRights.user(name);
    }

    Path write(String file, String content) {
        try {
            return Files.writeString(directory.resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the agent says when it cannot hear of objects, and so on. */
    String cannotRead(String why) {
        return "WARN Cannot read objects: " + why + ". Trying again; networks run on";
    }

    String canReadAgain() {
        return "INFO Can read objects again server=" + link.address();
    }

    String cannotWrite(String why) {
        return "WARN Cannot write statuses and events: " + why + ". Trying again; networks run on";
    }

    String canWriteAgain() {
        return "INFO Can write statuses and events again server=" + link.address();
    }

    /** Starts an agent, the only one at a time, and waits for nothing. */
    TroubledAgent startAgent() {
        return startAgent(kubeconfig);
    }

    TroubledAgent startAgent(Path access) {
        TroubledAgent agent = new TroubledAgent(directory, name, access);
        agents.push(agent);
        return agent;
    }

    /** Applies an object with these host ports; straight, not through the link. */
    void apply(String object, int... hostPorts) {
        TargetProcess target = targets.computeIfAbsent(object, unused -> {
            TargetProcess made = TargetProcess.inNetworkNamespace();
            made.serveTcpEcho("0.0.0.0", 80);
            return made;
        });
        List<String> ports = new ArrayList<>();
        for (int hostPort : hostPorts) {
            ports.add(TestNamespace.port("p" + hostPort, hostPort, 80));
        }
        namespace.apply(object, TestNamespace.spec(name, target.pid(), ports.toArray(String[]::new)));
    }

    /** PID of an object's slirp4netns, as its status names it. */
    int slirp(String object) {
        SlirpStatus slirp =
                Objects.requireNonNull(namespace.get(object).getStatus()).slirp4netns();
        return Objects.requireNonNull(Objects.requireNonNull(slirp).pid());
    }

    /** Kills an object's slirp4netns, as its status names it. */
    void killSlirp(String object) {
        kill(slirp(object));
    }

    static void kill(int pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        await().atMost(TestNamespace.DEADLINE).until(() -> !process.isAlive());
    }

    void awaitRestarts(String object, int restarts) {
        namespace.awaitStatus(object, status -> {
            SlirpStatus slirp = status.slirp4netns();
            return slirp != null && slirp.restarts() == restarts && slirp.pid() != null;
        });
    }

    /** Whether a target answers at this port of the host. */
    static boolean serves(int port) {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(Math.toIntExact(CLIENT_DEADLINE.toMillis()));
            client.getOutputStream().write('x');
            return client.getInputStream().read() == 'x';
        } catch (IOException e) {
            return false;
        }
    }

    static void awaitServing(int port) {
        await("an answer at port " + port).atMost(TestNamespace.DEADLINE).until(() -> serves(port));
    }

    static void awaitSilent(int port) {
        await("no answer at port " + port).atMost(TestNamespace.DEADLINE).until(() -> !serves(port));
    }

    /** Ends agents and targets, and with them the networks. */
    @Override
    public void close() {
        agents.forEach(TroubledAgent::close);

        targets.values().forEach(TargetProcess::close);
        link.close();
        namespace.close();
    }
}
