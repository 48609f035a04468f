package dev.rootlessnetwork.kube;

import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A time without any capacity of the API server for the agent of a node: by API Priority and Fairness, which leaves its account one
 * request at a time, and a request that never ends.
 */
final class NoCapacity implements AutoCloseable {
    private static final String TOO_MANY_REQUESTS = "429";

    private final ApiServer server;
    private final TroubledNode node;
    private final Process occupant;

    NoCapacity(ApiServer server, TroubledNode node) {
        this.server = server;
        this.node = node;
        server.kubectlOn(manifest(), "apply").orFail();
        awaitTakenIn();
        occupant = occupy();
        await().atMost(TestNamespace.DEADLINE)
                .until(() -> CommandResult.run(curl(
                                "/apis/rootlessnetwork.dev/v1alpha1/rootlessnetworks",
                                "--output",
                                "/dev/null",
                                "--write-out",
                                "%{http_code}"))
                        .stdout()
                        .equals(TOO_MANY_REQUESTS));
    }

    private String manifest() {
        return """
                apiVersion: flowcontrol.apiserver.k8s.io/v1
                kind: PriorityLevelConfiguration
                metadata: {name: none}
                spec:
                  type: Limited
                  limited:
                    nominalConcurrencyShares: 0
                    lendablePercent: 0
                    borrowingLimitPercent: 0
                    limitResponse: {type: Reject}
                ---
                apiVersion: flowcontrol.apiserver.k8s.io/v1
                kind: FlowSchema
                metadata: {name: none}
                spec:
                  priorityLevelConfiguration: {name: none}
                  matchingPrecedence: 2
                  rules:
                  - subjects:
                    - {kind: ServiceAccount, serviceAccount: {namespace: %s, name: agent}}
                    resourceRules:
                    - {verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true}
                """.formatted(node.name);
    }

    private void awaitTakenIn() {
        String dangling = "{.status.conditions[?(@.type==\"Dangling\")].status}";
        await().atMost(TestNamespace.DEADLINE)
                .until(() -> server.kubectl("get", "flowschema", "none", "--output=jsonpath=" + dangling)
                        .stdout()
                        .equals("False"));
    }

    /** Begins to send an event, whose end the API server awaits, for a minute at most. */
    private Process occupy() {
        try {
            Process curl = new ProcessBuilder(curl(
                            "/apis/events.k8s.io/v1/namespaces/" + node.name + "/events",
                            "--request",
                            "POST",
                            "--header",
                            "Content-Type: application/json",
                            "--upload-file",
                            "-"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            curl.getOutputStream().write('{');
            curl.getOutputStream().flush();
            return curl;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the agent's account; straight, not through the link. */
    private List<String> curl(String path, String... more) {
        Matcher token = Pattern.compile("token: (\\S+)").matcher(TroubledNode.read(node.kubeconfig()));
        if (!token.find()) {
            throw new AssertionError("no token in " + node.kubeconfig());
        }
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "--silent",
                "--noproxy",
                "*",
                "--cacert",
                server.adminKubeconfig().resolveSibling("ca.crt").toString(),
                "--header",
                "Authorization: Bearer " + token.group(1),
                "https://" + server.address() + path));
        command.addAll(Arrays.asList(more));
        return command;
    }

    @Override
    public String toString() {
        return "no capacity for " + node.user();
    }

    /** Gives the capacity back. */
    @Override
    public void close() {
        occupant.destroyForcibly();
        server.kubectlOn(manifest(), "delete").orFail();
    }
}
