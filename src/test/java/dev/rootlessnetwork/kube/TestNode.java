package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A node of a test's own: its name is also that of the namespace that the objects are in, its agent has an account of its own,
 * and its targets end with it.
 */
public final class TestNode implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    public final ApiServer server = ApiServer.shared();
    public final String name = "node-" + COUNT.incrementAndGet();
    public final TestNamespace objects = new TestNamespace(server, name);
    public final Path kubeconfig = ShippedRights.account(server, name);
    public final Path state;
    private final Deque<TargetProcess> targets = new ArrayDeque<>();
    private final Deque<Agent> agents = new ArrayDeque<>();

    /** @param directory where the state directory is made */
    public TestNode(Path directory) {
        state = directory.resolve(name);
    }

    /** Starts the node's agent, and waits until it is ready. */
    public Agent startAgent() {
        return startAgent(settings());
    }

    public Agent startAgent(Agent.Settings settings) {
        agents.push(Agent.startReady(settings));
        return agents.element();
    }

    /** Ends the agent that was started last. */
    public void stopAgent() {
        agents.pop().close();
    }

    public Agent.Settings settings() {
        return Agent.Settings.of(name, kubeconfig, state);
    }

    /** A new target on this node. */
    public TargetProcess target() {
        targets.push(TargetProcess.inNetworkNamespace());
        return targets.element();
    }

    /** A spec of this node. */
    public String spec(TargetProcess target, String... ports) {
        return TestNamespace.spec(name, target.pid(), ports);
    }

    /** The slirp4netns that a status tells of, which must be one that runs. */
    public static int slirp(RootlessNetworkStatus status) {
        RootlessNetworkStatus.SlirpStatus slirp = Objects.requireNonNull(status.slirp4netns(), "slirp4netns");
        int pid = Objects.requireNonNull(slirp.pid(), "pid");
        if (!isAlive(pid)) {
            throw new AssertionError("slirp4netns " + pid + " does not run");
        }
        return pid;
    }

    public static boolean isAlive(int pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    public static void kill(int pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    /** Blocks until the state directory knows no network, nor anything of one. */
    public void awaitNoNetworks() {
        await("no networks in " + state).atMost(TestNamespace.DEADLINE).until(() -> {
            try (Stream<Path> networks = Files.list(state.resolve("networks"))) {
                return networks.findAny().isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        agents.forEach(Agent::close);
        targets.forEach(TargetProcess::close);
        objects.close();
    }
}
