package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Path;

/** Makes a cgroup and moves a process into it, from wherever it runs itself and with what rights it has. */
final class CgroupMoverMain {
    private CgroupMoverMain() {}

    /** @param arguments cgroup and PID */
    public static void main(String[] arguments) throws IOException {
        CgroupTree tree = CgroupTree.open(Path.of("/proc/1/root"), Path.of("/proc/1/mountinfo"));
        Path group = Path.of(arguments[0]);
        tree.make(group);
        tree.limitMemory(group, 64L << 20);
        tree.add(group, Integer.parseInt(arguments[1]));
    }
}
