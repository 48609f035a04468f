package dev.rootlessnetwork.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetProcessIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @Test
    void isInANetworkNamespaceOfItsOwnAtOnce() throws IOException {
        try (var target = TargetProcess.inNetworkNamespace()) {
            assertThat(target.netns()).startsWith("net:[").isNotEqualTo(own("net"));
            assertThat(target.run("readlink", "/proc/self/ns/net").orFail().stdout())
                    .isEqualTo(target.netns() + "\n");
            assertThat(target.run("readlink", "/proc/self/ns/user").orFail().stdout())
                    .isEqualTo(own("user") + "\n");
        }
    }

    @Test
    void isInAUserNamespaceOfItsOwnWhereAskedFor() throws IOException {
        try (var target = TargetProcess.inUserAndNetworkNamespace()) {
            assertThat(target.run("readlink", "/proc/self/ns/user").orFail().stdout())
                    .isNotEqualTo(own("user") + "\n");
            assertThat(target.run("id", "-u").orFail().stdout()).isEqualTo("0\n");
        }
    }

    @Test
    void belongsToAnOrdinaryUserWhereAskedFor() throws IOException {
        try (var target = TargetProcess.ofOrdinaryUser(65534)) {
            assertThat(Files.getAttribute(Path.of("/proc", Integer.toString(target.pid())), "unix:uid"))
                    .isEqualTo(65534);
            assertThat(target.run("id", "-u").orFail().stdout()).isEqualTo("0\n");
        }
    }

    @Test
    void reportsHowACommandInsideEnded() {
        try (var target = TargetProcess.inNetworkNamespace()) {
            CommandResult result = target.run("sh", "-c", "echo said; echo complained >&2; exit 3");
            assertThat(result.exitStatus()).isEqualTo(3);
            assertThat(result.stdout()).isEqualTo("said\n");
            assertThat(result.stderr()).isEqualTo("complained\n");
        }
    }

    @Test
    void servesHttpAndEchoesInside() {
        try (var target = TargetProcess.inUserAndNetworkNamespace()) {
            target.run("ip", "link", "set", "lo", "up").orFail();
            target.serveHttp("127.0.0.1", 80, "page");
            target.serveTcpEcho("::1", 7);
            target.serveUdpEcho("0.0.0.0", 7);
            String client = """
                    import socket, urllib.request
                    print(urllib.request.urlopen("http://127.0.0.1/").read().decode())
                    tcp = socket.create_connection(("::1", 7))
                    tcp.sendall(b"stream")
                    print(tcp.recv(100).decode())
                    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    udp.sendto(b"datagram", ("127.0.0.1", 7))
                    print(udp.recv(100).decode())
                    """;
            assertThat(target.run("python3", "-c", client).orFail().stdout()).isEqualTo("page\nstream\ndatagram\n");
        }
    }

    @Test
    void leavesNoProcessBehind() {
        TargetServer server;
        TargetProcess target = TargetProcess.inNetworkNamespace();
        try (target) {
            server = target.serveTcpEcho("0.0.0.0", 7);
        }
        assertThat(target.isAlive()).isFalse();
        assertThat(ProcessHandle.of(server.pid())).isEmpty();
        assertThat(ProcessHandle.of(target.pid())).isEmpty();
    }

    @Test
    void getsATapFromARealSlirp4netns() throws IOException, InterruptedException {
        try (var target = TargetProcess.inUserAndNetworkNamespace()) {
            Path log = Files.createTempFile("slirp4netns", ".log");
            Process slirp = new ProcessBuilder(
                            List.of("slirp4netns", "--configure", Integer.toString(target.pid()), "tap0"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                await("tap0 has its address")
                        .atMost(DEADLINE)
                        .until(() -> target.run("ip", "-o", "-4", "address", "show", "dev", "tap0")
                                .stdout()
                                .contains("inet 10.0.2.100/24"));
                assertThat(target.run("ip", "route", "show", "default").orFail().stdout())
                        .startsWith("default via 10.0.2.2 dev tap0");
            } finally {
                slirp.destroyForcibly().waitFor();
                Files.delete(log);
            }
        }
    }

    private static String own(String namespace) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns", namespace)).toString();
    }
}
