package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.testing.Stub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding the real slirp4netns, and programs that are none. */
class SlirpLocatorIT {
    @TempDir
    Path temporary;

    private final SlirpLocator locator = new SlirpLocator();

    @Test
    void findsTheInstalledOneOnPath() throws SlirpUnavailableException {
        SlirpBinary binary = locator.locate(null);
        assertThat(binary.path()).hasFileName("slirp4netns").isExecutable();
        assertThat(binary.version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(binary.features().has(SlirpFeatures.Flag.API_SOCKET)).isTrue();
    }

    @Test
    void tellsWhereItLookedInVain() {
        assertThatThrownBy(() -> new SlirpLocator(temporary + ":/nonexistent").locate(null))
                .isInstanceOf(SlirpUnavailableException.class)
                .hasMessage("no executable slirp4netns on PATH (" + temporary + ":/nonexistent): install the package"
                        + " slirp4netns, or name one with --network-cmd-path");
        assertThatThrownBy(() -> locator.locate(temporary))
                .isInstanceOf(SlirpUnavailableException.class)
                .hasMessage("--network-cmd-path " + temporary
                        + " is no executable file: install slirp4netns there, or name another");
    }

    @Test
    void tellsTheStatusAndOutputOfAHelpThatFails() throws IOException {
        Path stub = Stub.shell(temporary, "echo cannot link; exit 127");
        assertThatThrownBy(() -> locator.locate(stub))
                .isInstanceOf(SlirpUnavailableException.class)
                .hasMessage(stub + " --help exited with status 127: cannot link");
    }

    @Test
    void givesUpOnAHelpThatDoesNotEnd() throws IOException {
        Path stub = Stub.shell(temporary, "exec sleep infinity");
        assertThatThrownBy(() -> locator.locate(stub))
                .isInstanceOf(SlirpUnavailableException.class)
                .hasMessage(stub + " --help did not end within 5 s: is it slirp4netns?");
    }

    @Test
    void asksAgainOnlyWhenTheFileHasChanged() throws Exception {
        Path count = temporary.resolve("count");
        Path stub = Stub.shell(temporary, "echo x >> " + count + "; echo slirp4netns version 1.0.0");
        locator.locate(stub);
        locator.locate(stub);
        assertThat(Files.readAllLines(count)).hasSize(2); // --help and --version
        Files.writeString(stub, Files.readString(stub) + "\necho more");
        locator.locate(stub);
        assertThat(Files.readAllLines(count)).hasSize(4);
    }

    @Test
    void doesNotWaitForWhatAProgramThatEndedHasLeftRunning() throws Exception {
        Path stub = Stub.shell(
                temporary,
                "sleep 1000 & echo $! > " + temporary.resolve("pid") + "; echo slirp4netns version 1.0.0 --mtu");
        assertThat(locator.locate(stub).version()).isEqualTo("1.0.0");
        int pid = Integer.parseInt(Files.readString(temporary.resolve("pid")).strip());
        await().atMost(Duration.ofSeconds(5)).until(() -> Procfs.state(pid).orElse('Z') == 'Z');
    }

    @Test
    void readsNoMoreThanItNeedsOfOneThatNeverStopsTalking() throws IOException {
        Path stub = Stub.shell(temporary, "exec yes");
        assertThatThrownBy(() -> locator.locate(stub))
                .isInstanceOf(SlirpUnavailableException.class)
                .hasMessage(stub + " --help did not end within 5 s: is it slirp4netns?");
    }

    @Test
    void believesInAFailureForAWhileUnlessTheFileChanges() throws Exception {
        Path count = temporary.resolve("count");
        Path stub = Stub.shell(temporary, "echo x >> " + count + "; exit 1");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> locator.locate(stub)).hasMessage(stub + " --help exited with status 1: ");
        }
        assertThat(Files.readAllLines(count)).hasSize(1);
        Stub.shell(temporary, "echo slirp4netns version 1.0.0");
        assertThat(locator.locate(stub).version()).isEqualTo("1.0.0");
    }
}
