package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.CommandResult;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A namespace of a test's own and the objects in it, as the administrator works with them: changes by kubectl, and a client for
 * looking again and again.
 */
public final class TestNamespace implements AutoCloseable {
    /** For everything that an agent does by itself. */
    public static final Duration DEADLINE = Duration.ofSeconds(60);

    private final ApiServer server;
    private final String name;
    private final KubernetesClient client;

    /** Makes the namespace; the name must be a new one. */
    public TestNamespace(ApiServer server, String name) {
        this.server = server;
        this.name = name;
        server.createNamespace(name);
        try {
            client = Connection.client(server.adminKubeconfig(), new ApiServerMonitor());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return name;
    }

    /** A spec with a target by its PID and ports of the handler that comes with slirp4netns. */
    public static String spec(String nodeName, int pid, String... ports) {
        return spec(nodeName, "{pid: " + pid + "}", "{portHandler: slirp4netns}", ports);
    }

    /** The same with a target and options of any kind. */
    public static String spec(String nodeName, String target, String options, String... ports) {
        return "{nodeName: " + nodeName + ", target: " + target + ", options: " + options + ", ports: ["
                + String.join(", ", ports) + "]}";
    }

    /** An entry of the ports, TCP on all addresses. */
    public static String port(String name, int hostPort, int containerPort) {
        return "{name: " + name + ", hostPort: " + hostPort + ", containerPort: " + containerPort + "}";
    }

    /** A manifest of an object in here. */
    public String manifest(String object, String spec) {
        return """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(object, name, spec);
    }

    /** As people do: kubectl apply. */
    public void apply(String object, String spec) {
        server.kubectlOn(manifest(object, spec), "apply").orFail();
    }

    /** Deletes an object; it is gone when this returns, unless somebody's finalizer holds it. */
    public void delete(String object) {
        kubectl("delete", "rootlessnetwork", object, "--wait=false").orFail();
    }

    /** Runs kubectl in here, to its end. */
    public CommandResult kubectl(String... arguments) {
        return server.kubectl(Stream.concat(Stream.of("--namespace=" + name), Stream.of(arguments))
                .toArray(String[]::new));
    }

    /** Whether the status of an object is what the definition gives a new one, so that no agent has written it. */
    boolean waitsForAnAgent(String name) {
        List<StatusCondition> conditions = get(name).getStatus().conditions();
        return conditions.size() == 1 && conditions.get(0).reason().equals("WaitingForAgent");
    }

    /** The object as it is now. */
    public RootlessNetwork get(String object) {
        return client.resources(RootlessNetwork.class)
                .inNamespace(name)
                .withName(object)
                .require();
    }

    /** Blocks until its status is so. */
    public RootlessNetworkStatus awaitStatus(String object, Predicate<RootlessNetworkStatus> isSo) {
        return await("status of " + object)
                .atMost(DEADLINE)
                .until(() -> get(object).getStatus(), status -> status != null && isSo.test(status));
    }

    /** Blocks until it is ready in the edition that its spec has now. */
    public RootlessNetworkStatus awaitReady(String object) {
        long generation = get(object).generation();
        return awaitStatus(
                object,
                status ->
                        is(status, "Ready", "True") && Long.valueOf(generation).equals(status.observedGeneration()));
    }

    /** Blocks until it is not ready for this reason. */
    public RootlessNetworkStatus awaitReason(String object, String reason) {
        return awaitStatus(
                object,
                status -> status.conditions().stream()
                        .anyMatch(condition -> condition.type().equals("Ready")
                                && condition.status().equals("False")
                                && condition.reason().equals(reason)));
    }

    private static boolean is(RootlessNetworkStatus status, String type, String value) {
        return status.conditions().stream()
                .anyMatch(condition ->
                        condition.type().equals(type) && condition.status().equals(value));
    }

    /** A condition that must be there. */
    public static StatusCondition condition(RootlessNetworkStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no condition " + type + " in " + status.conditions()));
    }

    /** Events that tell of an object. */
    public List<Event> events(String object) {
        return client.events().v1().events().inNamespace(name).list().getItems().stream()
                .filter(event -> object.equals(event.getRegarding().getName()))
                .toList();
    }

    @Override
    public void close() {
        client.resources(RootlessNetwork.class).inNamespace(name).delete();
        client.close();
    }
}
