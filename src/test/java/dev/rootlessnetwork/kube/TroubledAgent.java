package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The agent of a node as packaged, in a process of its own, and what it says. Ended or killed, it leaves its networks running. */
final class TroubledAgent implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Fixed ports are safe on the private host, below those that the kernel hands out. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(9700);

    private final int port = NEXT_PORT.getAndIncrement();
    private final Pattern line;
    private final Program program;

    /** Starts one and waits for nothing. */
    TroubledAgent(Path directory, String node, Path kubeconfig, String... more) {
        line = Pattern.compile("time=\\S+ level=(\\w+) logger=(\\w+) (.*?)( namespace=.*)? node=" + node);
        Stream<String> arguments = Stream.of(
                "controller",
                "--node-name=" + node,
                "--kubeconfig=" + kubeconfig,
                "--state-dir=" + directory.resolve("state"),
                "--health-address=127.0.0.1:" + port,
                "--metrics-address=127.0.0.1:" + port);
        program = Program.start(
                directory.resolve("agent-" + port + ".log"),
                Stream.concat(arguments, Stream.of(more)).toArray(String[]::new));
    }

    /** Blocks until it has had its list of objects, and hears of changes. */
    TroubledAgent awaitReady() {
        await("readiness; the agent says " + output())
                .atMost(TestNamespace.DEADLINE)
                .until(() -> answers("/readyz", 200));
        return this;
    }

    /** Blocks until it answers that it is not ready, for exactly this reason. */
    void awaitNotReady(String reason) {
        await("not ready: " + reason)
                .atMost(TestNamespace.DEADLINE)
                .until(() -> answers("/readyz", 503) && get("/readyz").body().equals(reason + "\n"));
    }

    boolean isLive() {
        return answers("/livez", 200);
    }

    private boolean answers(String path, int status) {
        try {
            return get(path).statusCode() == status;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private HttpResponse<String> get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    String output() {
        return program.output();
    }

    /** What it has said of the API server, and everything that is no line of its log: {@code LEVEL message}. */
    List<String> toldOfTheApiServer() {
        return output().lines()
                .map(line::matcher)
                .filter(matcher -> !matcher.matches() || matcher.group(2).equals("ApiServerMonitor"))
                .map(TroubledAgent::message)
                .toList();
    }

    private static String message(Matcher matcher) {
        return matcher.matches() ? matcher.group(1) + " " + matcher.group(3) : matcher.replaceAll("$0");
    }

    /** Blocks until it has said this of the API server. */
    void awaitTold(String message) {
        await("the agent's saying " + message)
                .atMost(TestNamespace.DEADLINE)
                .until(() -> toldOfTheApiServer().contains(message));
    }

    /** How many threads it has. */
    int threads() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(program.pid()), "task"))) {
            return Math.toIntExact(tasks.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end by SIGTERM, and waits for that; its exit status. */
    int terminate() throws InterruptedException {
        return program.terminate();
    }

    /** Kills it with SIGKILL, and waits until it is gone. */
    @Override
    public void close() {
        program.close();
    }
}
