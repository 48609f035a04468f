package dev.rootlessnetwork.slirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.Stub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
