package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The agent of a node as packaged, in a process of its own, so that it can be killed. */
final class AgentProgram implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(9300);

    private final Program program;
    private final URI address;

    /** Starts it, and does not wait for anything. */
    AgentProgram(Agent.Settings settings, Path output, String... more) {
        address = URI.create("http://127.0.0.1:" + NEXT_PORT.getAndIncrement());
        List<String> arguments = new ArrayList<>(List.of(
                "controller",
                "--node-name=" + settings.nodeName(),
                "--kubeconfig=" + settings.kubeconfig(),
                "--state-dir=" + settings.state(),
                "--health-address=" + address.getAuthority(),
                "--metrics-address=" + address.getAuthority(),
                "--ready-timeout=20s"));
        arguments.addAll(List.of(more));
        program = Program.start(output, arguments.toArray(String[]::new));
    }

    /** Starts one and blocks until it has had its list of objects. */
    static AgentProgram startReady(Agent.Settings settings, Path output, String... more) {
        AgentProgram agent = new AgentProgram(settings, output, more);
        agent.awaitReady();
        return agent;
    }

    void awaitReady() {
        await("ready: " + program.output())
                .atMost(TestNamespace.DEADLINE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get("/readyz").statusCode() == 200);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    Program program() {
        return program;
    }

    /** Ends it by a signal of this name, and waits until it is gone. */
    void end(String signal) throws InterruptedException {
        if (signal.equals("SIGTERM")) {
            int status = program.terminate();
            if (status != 0) {
                throw new AssertionError("the agent ended with status " + status + ": " + program.output());
            }
        } else {
            program.close();
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
