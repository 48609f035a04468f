package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.launch.CgroupConfig;
import dev.rootlessnetwork.launch.LauncherConfig;
import dev.rootlessnetwork.launch.LauncherFixture;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.OptionSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The agent of a node in this process. Ended, it leaves its networks running, as the program does: they end with their targets.
 */
public final class Agent implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Fixed ports are safe on the private host, below those that the kernel hands out. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(9500);

    private static final class NotAnswered extends UncheckedIOException {
        private static final long serialVersionUID = 1L;

        NotAnswered(IOException cause) {
            super("the agent does not answer", cause);
        }
    }

    private final URI address;
    private final ControllerRunner runner;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * What an agent is given.
     *
     * @param networkCmdPath null: the real slirp4netns
     * @param cgroup null: processes stay where they were started
     */
    public record Settings(
            String nodeName,
            Path kubeconfig,
            Path state,
            @Nullable Path networkCmdPath,
            Duration readyTimeout,
            @Nullable CgroupConfig cgroup,
            boolean drain) {
        /** With the real slirp4netns. */
        public static Settings of(String nodeName, Path kubeconfig, Path state) {
            return new Settings(nodeName, kubeconfig, state, null, Duration.ofSeconds(20), null, false);
        }

        /** Of an agent that drains its node. */
        public Settings draining() {
            return new Settings(nodeName, kubeconfig, state, networkCmdPath, readyTimeout, cgroup, true);
        }

        /** With processes in a cgroup of the node. */
        public Settings inCgroup(String name) {
            return new Settings(
                    nodeName, kubeconfig, state, networkCmdPath, readyTimeout, new CgroupConfig(name, null), drain);
        }

        /** With another executable in slirp4netns's place. */
        public Settings withSlirp4netns(Path executable, Duration newReadyTimeout) {
            return new Settings(nodeName, kubeconfig, state, executable, newReadyTimeout, cgroup, drain);
        }
    }

    private Agent(Settings settings) throws IOException {
        InetSocketAddress health = new InetSocketAddress(InetAddress.getLoopbackAddress(), NEXT_PORT.getAndIncrement());
        address = URI.create("http://127.0.0.1:" + health.getPort());
        runner = new ControllerRunner(new ControllerSettings(
                settings.nodeName,
                settings.kubeconfig,
                new LauncherConfig(
                        Source.CLUSTER,
                        settings.networkCmdPath,
                        true,
                        settings.readyTimeout,
                        new HostPortRange(20000, 29999),
                        false,
                        false,
                        settings.cgroup,
                        LauncherFixture.RELAY),
                OptionSet.EMPTY,
                name -> true,
                StateDirectory.open(settings.state),
                settings.drain,
                health,
                health,
                "test",
                Clock.systemUTC()));
        thread = new Thread(this::run, "agent-" + settings.nodeName);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            runner.run();
        } catch (IOException | InterruptedException | RuntimeException e) {
            failure.set(e);
        }
    }

    /** Starts one and waits for nothing, for where the API server is not as it should be. */
    public static Agent start(Settings settings) {
        try {
            return new Agent(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts one and blocks until it has had its list of objects. */
    public static Agent startReady(Settings settings) {
        Agent agent = start(settings);
        await().atMost(DEADLINE).until(agent::isReady);
        return agent;
    }

    /** Whether it says that it is ready; false, too, while it does not answer yet. */
    public boolean isReady() {
        try {
            return readyz().statusCode() == 200;
        } catch (NotAnswered e) {
            if (failure.get() != null) {
                throw new AssertionError("the agent failed", failure.get());
            }
            return false;
        }
    }

    /** What it answers to the question whether it is ready, and why not. */
    public HttpResponse<String> readyz() {
        return get("/readyz");
    }

    /** Its metrics, as text. */
    public String metrics() {
        return get("/metrics").body();
    }

    private HttpResponse<String> get(String path) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(address.resolve(path))
                            .timeout(DEADLINE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new NotAnswered(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Whether it works on; it ends by itself when objects cannot be watched any more. */
    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Ends it in order, and blocks until it has. */
    @Override
    public void close() {
        runner.stop();
        try {
            thread.join(DEADLINE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the agent has not ended after " + DEADLINE);
        }
        if (failure.get() != null) {
            throw new AssertionError("the agent failed", failure.get());
        }
    }
}
