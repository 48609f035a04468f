package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.ForbiddenTun;
import dev.rootlessnetwork.testing.OrdinaryUser;
import dev.rootlessnetwork.testing.Program;
import dev.rootlessnetwork.testing.Stub;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rootlessnet doctor} on this machine. */
class DoctorIT {
    @TempDir
    Path directory;

    private CommandResult doctor(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("doctor", "--state-dir", directory.resolve("state").toString()));
        arguments.addAll(List.of(more));
        return Program.run(arguments.toArray(String[]::new));
    }

    @Test
    void findsThatNetworksCanRunHereAndChangesNothing() {
        CommandResult result = doctor();
        assertThat(result.exitStatus()).as(result.toString()).isEqualTo(0);
        assertThat(result.stderr()).isEmpty();
        assertThat(result.stdout())
                .containsPattern("(?m)^OK    slirp4netns +/\\S+/slirp4netns, version \\d+\\.\\d+")
                .containsPattern("(?m)^OK    /dev/net/tun +opens$")
                .containsPattern("(?m)^OK    rights +root, with the capabilities that are needed$")
                .doesNotContain("FAIL");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void saysThatAContainersDeviceCgroupForbidsTheTunDevice() throws IOException {
        try (ForbiddenTun forbidden = new ForbiddenTun()) {
            CommandResult result = CommandResult.run(forbidden.inside(Program.command(
                    "doctor", "--state-dir", directory.resolve("state").toString())));
            assertThat(result.exitStatus()).isEqualTo(3);
            assertThat(result.stdout())
                    .containsPattern("(?m)^FAIL  /dev/net/tun +does not open: Operation not permitted$")
                    .containsPattern(
                            "(?m)^ +-> allow character device 10:200 in this container's device cgroup: --device"
                                    + " /dev/net/tun; or update runc, of which 1.2.0 to 1.2.3 leave it out$");
        }
    }

    /** At its start, and in the status of each object. */
    @Test
    void soDoesWhoeverRunsNetworks() throws IOException {
        String device =
                "open /dev/net/tun: Operation not permitted (EPERM); the device cgroup of this container does not allow"
                        + " character device 10:200, which a mount of the file does not change: runc 1.2.0 to 1.2.3 leave it out, so update to"
                        + " runc 1.2.4 or newer, or have the device passed in (--device /dev/net/tun, or a device plugin)";
        try (ForbiddenTun forbidden = new ForbiddenTun();
                TargetProcess target = TargetProcess.inNetworkNamespace()) {
            Path manifest = Files.writeString(directory.resolve("web.yaml"), """
                    apiVersion: rootlessnetwork.dev/v1alpha1
                    kind: RootlessNetwork
                    metadata: {name: web}
                    spec: {target: {pid: %d}}
                    """.formatted(target.pid()));
            CommandResult result = CommandResult.run(forbidden.inside(Program.command(
                    "run", "--once", "--state-dir=" + directory.resolve("state"), manifest.toString())));
            assertThat(result.exitStatus()).isEqualTo(1);
            assertThat(result.stderr()).contains("No network can be started error=\"" + device + "\"");
            assertThat(result.stdout()).contains("StartFailed", "It had to make the tap itself: ", device);
        }
    }

    @Test
    void failsWhereSlirp4netnsIsMissing() {
        Path missing = directory.resolve("missing");
        CommandResult result = doctor("--network-cmd-path", missing.toString());
        assertThat(result.exitStatus()).isEqualTo(3);
        assertThat(result.stdout())
                .contains("FAIL  slirp4netns      --network-cmd-path " + missing
                        + " is no executable file: install slirp4netns there, or name another\n");
    }

    @Test
    void failsWhereSlirp4netnsDoesNotWork() throws IOException {
        Path stub = Stub.shell(directory, "echo broken >&2; exit 7");
        CommandResult result = doctor("--network-cmd-path", stub.toString(), "-o", "json");
        assertThat(result.exitStatus()).isEqualTo(3);
        assertThat(result.stdout()).contains(stub + " --help exited with status 7: broken");
    }

    @Test
    void tellsAnOrdinaryUserWhatIsLimited() throws IOException {
        try (OrdinaryUser user = OrdinaryUser.in(directory)) {
            CommandResult result = user.run(
                    Main.class,
                    "doctor",
                    "--state-dir",
                    user.home().resolve("state").toString());
            assertThat(result.exitStatus()).as(result.toString()).isEqualTo(0);
            assertThat(result.stdout())
                    .contains("an ordinary user (65534): targets pid and pidFile of this user's own user namespaces")
                    .contains("WARN  host ports       those below 1024 cannot be forwarded by this user\n");
            CommandResult elsewhere = user.run(Main.class, "doctor", "--state-dir", "/rootlessnet");
            assertThat(elsewhere.exitStatus()).isEqualTo(3);
            assertThat(elsewhere.stdout())
                    .contains("FAIL  state directory  /rootlessnet cannot be made: / is not writable\n");
        }
    }
}
