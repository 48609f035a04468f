package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Path;

/** Moves a process into a cgroup, from wherever it runs itself. */
final class CgroupMoverMain {
    private CgroupMoverMain() {}

    /** @param arguments cgroup and PID */
    public static void main(String[] arguments) throws IOException {
        CgroupTree.open(Path.of("/proc/1/root"), Path.of("/proc/1/mountinfo"))
                .add(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }
}
