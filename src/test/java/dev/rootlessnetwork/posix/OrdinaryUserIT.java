package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native calls as an ordinary user makes them, in a JVM of that user's. */
class OrdinaryUserIT {
    private static final int NOBODY = 65534;
    private static final String TUN = "/dev/net/tun";

    @TempDir
    Path directory;

    /** On some machines only root may open the device, which is the host's; a node of our own lies over it meanwhile. */
    @BeforeEach
    void letEverybodyOpenTun() {
        String node = directory.resolve("tun").toString();
        CommandResult.run("mknod", "--mode=0666", node, "c", "10", "200").orFail();
        CommandResult.run("mount", "--bind", node, TUN).orFail();
    }

    @AfterEach
    void uncoverTun() {
        CommandResult.run("umount", TUN).orFail();
    }

    private static List<String> attempts(TargetProcess target, String... more) {
        // DAC_READ_SEARCH alone, to read this build's classes wherever they lie; it allows nothing of what is tried
        // here.
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                OrdinaryUserMain.class.getName(),
                Integer.toString(target.pid())));
        Collections.addAll(command, more);
        return CommandResult.run(command).orFail().stdout().lines().toList();
    }

    @Test
    void namesTheRightThatIsMissingAndGoesThroughNsenterInstead() {
        try (TargetProcess target = TargetProcess.ofOrdinaryUser(NOBODY)) {
            assertThat(attempts(target))
                    .containsExactly(
                            "user 65534",
                            "mounts: make a mount namespace: Operation not permitted (EPERM); that needs CAP_SYS_ADMIN",
                            "netns: enter the network namespace of descriptor: Operation not permitted (EPERM);"
                                    + " that needs CAP_SYS_ADMIN both here and in the user namespace that owns it",
                            "port: bind TCP port 80 of 127.0.0.1: Permission denied (EACCES)",
                            "signal: send SIGTERM to process 1: Operation not permitted (EPERM)",
                            "create: done",
                            "accept_dad: done",
                            "again: `ip tuntap add dev tap0 mode tap` inside the target exited with status 1:"
                                    + " ioctl(TUNSETIFF): Device or resource busy",
                            "shown: true");

            assertThat(target.run("ip", "-details", "link", "show", "tap0")
                            .orFail()
                            .stdout())
                    .contains("tun type tap pi off")
                    .contains("persist on");
            assertThat(target.run("cat", "/proc/sys/net/ipv6/conf/tap0/accept_dad")
                            .orFail()
                            .stdout())
                    .isEqualTo("0\n");
        }
    }

    @Test
    void removesTheTapAgain() {
        try (TargetProcess target = TargetProcess.ofOrdinaryUser(NOBODY)) {
            assertThat(attempts(target, "delete")).endsWith("shown: true", "delete: done");
            assertThat(target.run("ip", "link", "show", "tap0").exitStatus()).isEqualTo(1);
        }
    }
}
