package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.OrdinaryUser;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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

    private String launch(String what) {
        String state = user.home().resolve("state").toString();
        return user.run(OrdinaryUserMain.class, state, Integer.toString(target.pid()), what)
                .orFail()
                .stdout();
    }

    @Test
    void getsASandboxedNetworkWithIpv6AndAPortAndLeavesNothingBehind() throws Exception {
        try (var server = target.serveHttp("0.0.0.0", 80, "hello")) {
            assertThat(server.pid()).isPositive();
            assertThat(launch("start")).isEqualTo("problem: null\nsandbox: true\nport: ACTIVE null\n");

            assertThat(get(18080)).isEqualTo("hello");
            assertThat(target.run("ip", "-6", "-o", "address", "show", "dev", "tap0", "scope", "global")
                            .orFail()
                            .stdout())
                    .contains("inet6 fd00::")
                    .doesNotContain("tentative");
            assertThat(target.run("ip", "-details", "link", "show", "tap0")
                            .orFail()
                            .stdout())
                    .contains("persist on");

            assertThat(launch("stop")).startsWith("problem: null\nsandbox: true\nport: ACTIVE");
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        }
    }

    private static String get(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
