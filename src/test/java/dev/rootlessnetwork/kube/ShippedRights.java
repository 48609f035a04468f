package dev.rootlessnetwork.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.testing.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the agent may do in a cluster: the ClusterRole that the project ships, as it stands there. */
public final class ShippedRights {
    /** The manifest that people apply. */
    public static final Path FILE = Path.of("examples/kubernetes/rbac.yaml");

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String ACCOUNT = "agent";

    private ShippedRights() {}

    /** The ClusterRole alone; a new tree each time. */
    public static JsonNode clusterRole() {
        try (var documents =
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(new YAMLFactory().createParser(FILE.toFile()))) {
            return documents.readAll().stream()
                    .filter(document -> document.path("kind").asText().equals("ClusterRole"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a service account with these rights in a namespace; one for each agent whose requests are to be told apart.
     *
     * @return its kubeconfig
     */
    public static Path account(ApiServer server, String namespace) {
        return account(server, namespace, clusterRole());
    }

    /** The same, with another ClusterRole. */
    public static Path account(ApiServer server, String namespace, JsonNode clusterRole) {
        try {
            Path file = Files.createTempFile("cluster-role-", ".yaml");
            try {
                YAML.writeValue(file.toFile(), clusterRole);
                return server.serviceAccount(namespace, ACCOUNT, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The account's name in the audit log. */
    public static String user(String namespace) {
        return "system:serviceaccount:" + namespace + ":" + ACCOUNT;
    }

    /** Requests of the account that touch objects or tell of them, in order: {@code verb resource}. */
    public static List<String> requests(ApiServer server, String namespace) {
        return server.requestsOf(user(namespace)).stream()
                .map(request -> request.verb() + " " + request.resource())
                .toList();
    }
}
