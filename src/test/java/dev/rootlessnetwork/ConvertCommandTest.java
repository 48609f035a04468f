package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int rootlessnet(String... arguments) {
        Console console = new Console(
                Map.of("XDG_RUNTIME_DIR", "/run/user/1000"),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return Main.execute(console, arguments);
    }

    private int convert(String... arguments) {
        return rootlessnet(
                Stream.concat(Stream.of("convert"), Stream.of(arguments)).toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsAManifest() {
        int exitCode = convert(
                "--name",
                "web",
                "--namespace",
                "demo",
                "--pid",
                "4242",
                "--network",
                "slirp4netns:mtu=1500,cidr=192.168.0.0/24,enable_ipv6=true",
                "-p",
                "8080-8081:80-81",
                "-p",
                "[::1]:53:53/udp");
        assertThat(err()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(out()).isEqualTo("""
                        apiVersion: rootlessnetwork.dev/v1alpha1
                        kind: RootlessNetwork
                        metadata:
                          name: web
                          namespace: demo
                        spec:
                          target:
                            pid: 4242
                          options:
                            cidr: "192.168.0.0/24"
                            mtu: 1500
                            enableIPv6: true
                          ports:
                          - name: tcp-8080
                            protocol: TCP
                            hostPort: 8080
                            containerPort: 80
                            range: 2
                          - name: udp-53
                            protocol: UDP
                            hostIP: "::1"
                            hostPort: 53
                            containerPort: 53
                        """);
    }

    @Test
    void printsWhatCheckFindsValid(@TempDir Path directory) throws IOException {
        convert("--name", "1e3", "--pid", "1", "--net", "slirp4netns:outbound_addr=127.0.0.1", "-p", "80");
        Path manifest = directory.resolve("web.yaml");
        Files.writeString(manifest, out());
        out.reset();
        assertThat(rootlessnet("check", manifest.toString())).isZero();
        assertThat(out()).isEqualTo("1 object is valid." + System.lineSeparator());
    }

    @Test
    void saysWhatIsLeftToDoWithoutAProcess() {
        assertThat(convert()).isZero();
        assertThat(out()).isEqualTo("""
                        # spec.target is missing: add pid, pidFile or netnsPath, or convert with --pid
                        apiVersion: rootlessnetwork.dev/v1alpha1
                        kind: RootlessNetwork
                        metadata:
                          name: network
                        spec: {}
                        """);
    }

    @Test
    void refusesWhatPodmanRefuses() {
        assertThat(convert("--network", "slirp4netns:cidr=x", "-p", "80/sctp")).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err()).isEqualTo("""
                        rootlessnet convert: --network: invalid cidr "x"
                        -p "80/sctp": protocol "sctp" cannot be forwarded: tcp and udp can
                        """);
    }

    @Test
    void refusesWhatAnAgentWould() {
        assertThat(convert("--name", "Web", "--pid", "0", "-p", "80:80", "-p", "127.0.0.1:80:81"))
                .isEqualTo(2);
        assertThat(err()).isEqualTo("""
                        rootlessnet convert: metadata.name: "Web" is no DNS subdomain: use at most 253 lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit
                        spec.target.pid: must be 1-4194304, not 0
                        spec.ports[1].hostPort: TCP 127.0.0.1:80 of port tcp-80-2 overlaps TCP 0.0.0.0:80 of port tcp-80 (spec.ports[0].hostPort): give each its own host ports or host address
                        """);
    }

    @Test
    void refusesAProcessThatIsNoNumber() {
        assertThat(convert("--pid", "web")).isEqualTo(2);
        assertThat(err()).startsWith("rootlessnet convert: Invalid value for option '--pid': 'web' is not an int");
    }
}
