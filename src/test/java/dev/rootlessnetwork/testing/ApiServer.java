package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real kube-apiserver with its etcd, through {@code src/scripts/api-server}. There are no controllers: nothing is collected, no
 * namespace's deletion ends, and no node is there unless a test makes one.
 */
public final class ApiServer implements AutoCloseable {
    /** The custom resource definition that the project ships. */
    public static final Path CRD = Path.of("crds/rootlessnetworks.rootlessnetwork.dev.yaml");

    private static final String SCRIPT = Path.of("src/scripts/api-server").toString();

    private final Path directory;

    private ApiServer(Path directory) {
        this.directory = directory;
    }

    /** Brings one up, with no object of ours in it, and blocks until it is ready: about three seconds. */
    public static ApiServer start() {
        try {
            // In the private host's own /run: it goes with the host, whatever becomes of us.
            ApiServer server = new ApiServer(Files.createTempDirectory(Path.of("/run"), "kubernetes-"));
            server.script("up").orFail();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The one that all tests of this JVM share, with the CRD installed; it ends with the private host. A test takes a namespace of
     * its own in it, and leaves the rest as it was.
     */
    public static ApiServer shared() {
        return Shared.SERVER;
    }

    private static final class Shared {
        private static final ApiServer SERVER = start();

        static {
            SERVER.applyCrd();
        }
    }

    /** The administrator's kubeconfig; its user is {@code admin} in the audit log. */
    public Path adminKubeconfig() {
        return directory.resolve("admin.conf");
    }

    /** Where it listens, such as {@code 127.0.0.1:6443}; the same for its whole life. */
    public String address() {
        return "127.0.0.1:" + read(directory.resolve("port")).strip();
    }

    /** Runs kubectl as the administrator, to its end. */
    public CommandResult kubectl(String... arguments) {
        return kubectlWith(adminKubeconfig(), arguments);
    }

    /** Runs kubectl as the user of a kubeconfig, to its end. */
    public CommandResult kubectlWith(Path kubeconfig, String... arguments) {
        return CommandResult.run(kubectlCommand(kubeconfig, arguments));
    }

    /** The command line of kubectl, for one that goes on, such as {@code get --watch}. */
    public List<String> kubectlCommand(Path kubeconfig, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(binaries().resolve("kubectl").toString(), "--kubeconfig=" + kubeconfig));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Runs kubectl as the administrator on a manifest that is given as {@code --filename}. */
    public CommandResult kubectlOn(String manifest, String... arguments) {
        try {
            Path file = Files.writeString(Files.createTempFile(directory, "manifest-", ".yaml"), manifest);
            try {
                return kubectl(Stream.concat(Stream.of(arguments), Stream.of("--filename=" + file))
                        .toArray(String[]::new));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Installs the CRD, or brings it up to date, and waits until it is served. */
    public void applyCrd() {
        kubectl("apply", "--server-side", "--filename=" + CRD).orFail();
        // Discovery names it some moments after it is established, and the schema for explain comes later still.
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() ->
                        kubectl("get", "rootlessnetworks", "--all-namespaces").exitStatus() == 0
                                && kubectl("explain", "rootlessnetworks").exitStatus() == 0);
    }

    /** Makes a namespace; the name must be a new one. */
    public void createNamespace(String name) {
        kubectl("create", "namespace", name).orFail();
    }

    /**
     * Makes a service account that has the rights of a ClusterRole and no others.
     *
     * @param namespace is made where it does not exist
     * @param clusterRole file with the ClusterRole alone, applied as it stands
     * @return kubeconfig with a token of the account; in the audit log it is
     *     {@code system:serviceaccount:<namespace>:<account>}
     */
    public Path serviceAccount(String namespace, String account, Path clusterRole) {
        if (kubectl("get", "namespace", namespace).exitStatus() != 0) {
            createNamespace(namespace);
        }
        kubectl("--namespace=" + namespace, "create", "serviceaccount", account).orFail();
        String role = kubectl("apply", "--output=name", "--filename=" + clusterRole)
                .orFail()
                .stdout()
                .strip();
        kubectl(
                        "create",
                        "clusterrolebinding",
                        namespace + "-" + account,
                        "--clusterrole=" + role.substring(role.indexOf('/') + 1),
                        "--serviceaccount=" + namespace + ":" + account)
                .orFail();
        return kubeconfig(namespace, account);
    }

    /** A kubeconfig with a new token of a service account; rewrites the file where the account has one already. */
    public Path kubeconfig(String namespace, String account) {
        Path file = directory.resolve(namespace + "-" + account + ".conf");
        script("kubeconfig", namespace, account, file.toString()).orFail();
        return file;
    }

    /** Every request answered so far, in the order in which their last stage was reached; those of the server to itself left out. */
    public List<AuditedRequest> requests() {
        Map<String, AuditedRequest> byId = new LinkedHashMap<>();
        String log = read(directory.resolve("audit.log"));
        // The last line may be in the writing.
        for (String line : log.substring(0, log.lastIndexOf('\n') + 1).lines().toList()) {
            AuditedRequest request = AuditedRequest.parse(line);
            byId.remove(request.id());
            byId.put(request.id(), request);
        }
        return List.copyOf(byId.values());
    }

    /** Those of one user. */
    public List<AuditedRequest> requestsOf(String user) {
        return requests().stream()
                .filter(request -> request.user().equals(user))
                .toList();
    }

    /** Ends the API server alone, in order: its watches are closed, its port is free. Blocks until it is gone. */
    public void stopServer() {
        script("stop-server").orFail();
    }

    /**
     * Starts it again on the same data and the same port, and blocks until it is ready.
     *
     * @param flags of kube-apiserver, besides or instead of the usual ones, for this time
     */
    public void startServer(String... flags) {
        script("start-server", flags).orFail();
    }

    /** PID of kube-apiserver, for a test that stops it with a signal of its own. */
    public int serverPid() {
        return Integer.parseInt(read(directory.resolve("kube-apiserver.pid")).split(" ", 2)[0]);
    }

    private CommandResult script(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(SCRIPT, command, directory.toString()));
        line.addAll(Arrays.asList(arguments));
        return CommandResult.run(line);
    }

    private static Path binaries() {
        String directory = System.getenv("KUBERNETES_BINARIES");
        if (directory == null) {
            throw new IllegalStateException(
                    "KUBERNETES_BINARIES is not set: integration tests run through src/test/private-host, which sets it");
        }
        return Path.of(directory);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends both. */
    @Override
    public void close() {
        script("down").orFail();
    }
}
