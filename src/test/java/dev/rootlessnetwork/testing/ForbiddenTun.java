package dev.rootlessnetwork.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A device cgroup that keeps /dev/net/tun from what runs in it, as a container's does whose runtime does not allow it. Of version 1. */
public final class ForbiddenTun implements AutoCloseable {
    private final Path group;

    /** Skipped, with a reason, where no such cgroup can be made without a BPF program. */
    public ForbiddenTun() throws IOException {
        Optional<Path> devices = TestCgroup.hierarchies().stream()
                .filter(hierarchy -> hierarchy.endsWith("devices"))
                .findFirst();
        assumeTrue(devices.isPresent(), "this machine has no devices cgroup of version 1, to which rules are written");
        group = Files.createDirectory(devices.orElseThrow().resolve("rootlessnet-test-" + System.nanoTime()));
        Files.writeString(group.resolve("devices.deny"), "c 10:200 rwm");
    }

    /** A command line that runs another one in it. */
    public List<String> inside(List<String> command) {
        List<String> line = new ArrayList<>(List.of(
                "sh", "-c", "echo $$ >\"$1\" && shift && exec \"$@\"", "sh", group.resolve("cgroup.procs") + ""));
        line.addAll(command);
        return line;
    }

    @Override
    public void close() {
        CommandResult.run("rmdir", group.toString()).orFail();
    }
}
