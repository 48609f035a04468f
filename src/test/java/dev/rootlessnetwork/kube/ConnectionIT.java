package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.testing.ApiServer;
import dev.rootlessnetwork.testing.CommandResult;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which credentials of a kubeconfig are understood. */
class ConnectionIT {
    private static final ApiServer SERVER = ApiServer.shared();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "genpkey -algorithm RSA, BEGIN PRIVATE KEY",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256, BEGIN PRIVATE KEY",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384, BEGIN PRIVATE KEY",
        "genrsa -traditional, BEGIN RSA PRIVATE KEY",
        "ecparam -name prime256v1 -genkey -noout, BEGIN EC PRIVATE KEY"
    })
    void takesTheClientCertificateOfAKeyFrom(String openssl, String firstLine) throws IOException {
        Path key = directory.resolve("client.key");
        openssl(Stream.concat(Stream.of(openssl.split(" ")), Stream.of("-out", key.toString())));
        assertThat(Files.readString(key)).startsWith("-----" + firstLine + "-----");
        Path kubeconfig = kubeconfig(key, certificate(key));

        try (KubernetesClient client = Connection.client(kubeconfig, new ApiServerMonitor())) {
            assertThat(client.resources(RootlessNetwork.class)
                            .inNamespace("none")
                            .list()
                            .getItems())
                    .isEmpty();
        }
    }

    private Path certificate(Path key) throws IOException {
        Path request = directory.resolve("client.csr");
        Path certificate = directory.resolve("client.crt");
        Path extensions = Files.writeString(directory.resolve("client.ext"), "extendedKeyUsage=clientAuth\n");
        Path authority = SERVER.adminKubeconfig().resolveSibling("ca.crt");
        openssl(Stream.of(
                "req",
                "-new",
                "-key",
                key.toString(),
                "-subj",
                "/O=system:masters/CN=client",
                "-out",
                request.toString()));
        openssl(Stream.of(
                "x509",
                "-req",
                "-in",
                request.toString(),
                "-CA",
                authority.toString(),
                "-CAkey",
                authority.resolveSibling("ca.key").toString(),
                "-set_serial",
                "4711",
                "-days",
                "1",
                "-extfile",
                extensions.toString(),
                "-out",
                certificate.toString()));
        return certificate;
    }

    private Path kubeconfig(Path key, Path certificate) throws IOException {
        Path kubeconfig = Files.copy(SERVER.adminKubeconfig(), directory.resolve("client.conf"));
        SERVER.kubectlWith(
                        kubeconfig,
                        "config",
                        "set-credentials",
                        "user",
                        "--client-certificate=" + certificate,
                        "--client-key=" + key,
                        "--embed-certs")
                .orFail();
        return kubeconfig;
    }

    private static void openssl(Stream<String> arguments) {
        List<String> command = Stream.concat(Stream.of("openssl"), arguments).toList();
        CommandResult.run(command).orFail();
    }

    @Test
    void saysWhatIsWrongWithAKubeconfigAndWhatToDo() throws IOException {
        String kubeconfig = Files.readString(SERVER.adminKubeconfig());
        Path broken = Files.writeString(
                directory.resolve("broken.conf"),
                kubeconfig.replaceFirst("client-key-data: \\S+", "client-key-data: bm9uZQ=="));

        assertThatThrownBy(() -> Connection.client(broken, new ApiServerMonitor()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot use the access to the API server that " + broken + " tells of: ")
                .hasMessageEndingWith("; look at it with kubectl config view, or choose another with --kubeconfig");
    }
}
