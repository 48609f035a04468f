package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.OrdinaryUser;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native calls as an ordinary user makes them, in a JVM of that user's. */
class OrdinaryUserIT {
    @TempDir
    Path directory;

    private OrdinaryUser user;

    @BeforeEach
    void prepare() throws IOException {
        user = OrdinaryUser.in(directory);
    }

    @AfterEach
    void cleanUp() {
        user.close();
    }

    private List<String> attempts(TargetProcess target, String... more) {
        String[] arguments = Stream.concat(Stream.of(Integer.toString(target.pid())), Stream.of(more))
                .toArray(String[]::new);
        return user.run(OrdinaryUserMain.class, arguments)
                .orFail()
                .stdout()
                .lines()
                .toList();
    }

    @Test
    void namesTheRightThatIsMissingAndGoesThroughNsenterInstead() {
        try (TargetProcess target = TargetProcess.ofOrdinaryUser(OrdinaryUser.ID)) {
            assertThat(attempts(target))
                    .containsExactly(
                            "user 65534",
                            "mounts: make a mount namespace: Operation not permitted (EPERM); that needs CAP_SYS_ADMIN",
                            "netns: enter the network namespace of descriptor: Operation not permitted (EPERM);"
                                    + " that needs CAP_SYS_ADMIN both here and in the user namespace that owns it",
                            "port: bind TCP port 80 of 127.0.0.1: Permission denied (EACCES)",
                            "signal: send SIGTERM to process 1: Operation not permitted (EPERM)",
                            "create: done",
                            "again: `ip -batch -` inside the target exited with status 1:"
                                    + " ioctl(TUNSETIFF): Device or resource busy; in `tuntap add dev tap0 mode tap`",
                            "shown: true");

            assertThat(target.run("ip", "-details", "link", "show", "tap0")
                            .orFail()
                            .stdout())
                    .contains("mtu 8000", ",UP")
                    .contains("tun type tap pi off")
                    .contains("persist on");
        }
    }

    @Test
    void removesTheTapAgain() {
        try (TargetProcess target = TargetProcess.ofOrdinaryUser(OrdinaryUser.ID)) {
            assertThat(attempts(target, "delete")).endsWith("shown: true", "delete: done");
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        }
    }
}
