package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.LiveProcesses;
import dev.rootlessnetwork.testing.OrdinaryUser;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher core in the hands of an ordinary user, on a target of that user's. */
class OrdinaryUserIT {
    @TempDir
    Path directory;

    private OrdinaryUser user;
    private TargetProcess target;

    @BeforeEach
    void prepare() throws IOException {
        target = TargetProcess.ofOrdinaryUser(OrdinaryUser.ID);
        user = OrdinaryUser.in(directory);
    }

    @AfterEach
    void cleanUp() {
        target.close();
        user.close();
    }

    private CommandResult launch(String what, String interfaceName) {
        return launch(what, interfaceName, PortHandlerKind.SLIRP4NETNS);
    }

    private CommandResult launch(String what, String interfaceName, PortHandlerKind portHandler) {
        String state = user.home().resolve("state").toString();
        return user.run(
                        OrdinaryUserMain.class,
                        state,
                        Integer.toString(target.pid()),
                        what,
                        interfaceName,
                        portHandler.name())
                .orFail();
    }

    private static long slirpPid(CommandResult launched) {
        assertThat(launched.stdout()).startsWith("problem: null\nsandbox: true\nport: ACTIVE null\nslirp4netns: ");
        return Long.parseLong(
                launched.stdout().replaceFirst("(?s).*slirp4netns: ", "").strip());
    }

    private String shown(String... arguments) {
        return target.run(arguments).orFail().stdout();
    }

    @Test
    void getsASandboxedNetworkWithIpv6AndAPortAndLeavesNothingBehind() throws Exception {
        try (var server = target.serveHttp("0.0.0.0", 80, "hello")) {
            assertThat(server.pid()).isPositive();
            assertThat(slirpPid(launch("start", "tap0"))).isPositive();

            assertThat(get(18080)).isEqualTo("hello");
            assertThat(shown("ip", "-6", "-o", "address", "show", "dev", "tap0", "scope", "global"))
                    .contains("inet6 fd00::")
                    .doesNotContain("tentative");
            assertThat(shown("ip", "-6", "route", "show", "default")).contains("via fe80::2 dev tap0");
            assertThat(shown("ip", "-details", "link", "show", "tap0")).contains("persist on");
            target.run("ping", "-6", "-c", "1", "-W", "5", "fd00::2").orFail();

            launch("stop", "tap0");
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        }
    }

    /** It acts in the user namespace that owns the target's, and serves on without its operator. */
    @Test
    void forwardsPortsByARelayInTheTargetsUserNamespace() throws Exception {
        try (var server = target.serveHttp("0.0.0.0", 80, "hello")) {
            assertThat(server.pid()).isPositive();
            assertThat(slirpPid(launch("start", "tap0", PortHandlerKind.ROOTLESSKIT)))
                    .isPositive();

            assertThat(LiveProcesses.relays()).hasSize(1);
            String relay = LiveProcesses.relays().get(0);
            Path state = user.home().resolve("state/relay");
            Path userns = Path.of("/proc", Integer.toString(target.pid()), "ns/user");
            assertThat(Files.readSymbolicLink(state.resolve("current-" + Files.getAttribute(userns, "unix:ino"))))
                    .hasToString(relay);
            assertThat(Files.readSymbolicLink(Path.of("/proc", relay, "ns/user")))
                    .isEqualTo(Files.readSymbolicLink(userns));
            assertThat(get(18080)).isEqualTo("hello");

            launch("start", "tap0", PortHandlerKind.ROOTLESSKIT);
            assertThat(LiveProcesses.relays()).containsExactly(relay);
            launch("stop", "tap0", PortHandlerKind.ROOTLESSKIT);
            await().atMost(Duration.ofSeconds(20)).until(LiveProcesses::relays, List::isEmpty);
            assertThat(state).isEmptyDirectory();
        }
    }

    @Test
    void keepsTheTapWhenSlirp4netnsIsKilled() {
        long first = slirpPid(launch("start", "tap0"));
        String before = shown("ip", "-o", "address", "show", "dev", "tap0", "scope", "global");
        CommandResult.run("kill", "-9", Long.toString(first)).orFail();

        assertThat(slirpPid(launch("start", "tap0"))).isNotEqualTo(first);

        assertThat(shown("ip", "-o", "address", "show", "dev", "tap0", "scope", "global")
                        .replaceAll("\\d+sec", "forever"))
                .as("with the same index")
                .isEqualTo(before.replaceAll("\\d+sec", "forever"));
        target.run("ping", "-c", "1", "-W", "5", "10.0.2.2").orFail();
        launch("stop", "tap0");
        assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
    }

    @Test
    void leavesTheTapToSlirp4netnsWhereItCannotBeMadeAndSaysSo() {
        CommandResult started = launch("start", "tap#0");

        long slirp = slirpPid(started);
        assertThat(started.stderr())
                .contains("Leaving the tap to slirp4netns, with which it goes network=default/web interface=tap#0"
                        + " error=ip(8) does not take the interface name tap#0");
        assertThat(shown("ip", "-details", "link", "show", "tap#0")).contains("persist off");
        CommandResult.run("kill", "-9", Long.toString(slirp)).orFail();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> target.run("ip", "link", "show", "tap#0").exitStatus() == 1);
        launch("stop", "tap#0");
    }

    private static String get(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
