package dev.rootlessnetwork.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that cannot be ended, as one that hangs in the kernel: in a freezer of cgroup version 1, where SIGKILL waits until the thaw.
 * That of version 2 lets frozen processes be killed.
 */
public final class FrozenProcess implements AutoCloseable {
    private final Path group;
    private final long pid;

    /** Freezes it; skipped, with a reason, where there is no such freezer. */
    public FrozenProcess(long pid) throws IOException {
        this.pid = pid;
        Optional<Path> freezer = TestCgroup.hierarchies().stream()
                .filter(hierarchy -> hierarchy.endsWith("freezer"))
                .findFirst();
        assumeTrue(freezer.isPresent(), "this machine has no freezer of cgroup version 1, in which SIGKILL waits");
        group = Files.createDirectory(freezer.orElseThrow().resolve("rootlessnet-test-" + System.nanoTime()));
        Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
        Files.writeString(group.resolve("freezer.state"), "FROZEN");
    }

    /** Whether it is there still. */
    public boolean isThere() {
        return ProcessHandle.of(pid).isPresent();
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(group)) {
            thaw();
        }
    }

    /** Lets it go on, and so end by the signals that have come meanwhile. */
    public void thaw() throws IOException {
        Files.writeString(group.resolve("freezer.state"), "THAWED");
        await().until(this::isRemoved);
    }

    private boolean isRemoved() {
        try {
            for (String left : Files.readAllLines(group.resolve("cgroup.procs"))) {
                Files.writeString(group.resolveSibling("cgroup.procs"), left);
            }
            return CommandResult.run("rmdir", group.toString()).exitStatus() == 0;
        } catch (IOException e) {
            return false; // it has just ended
        }
    }
}
