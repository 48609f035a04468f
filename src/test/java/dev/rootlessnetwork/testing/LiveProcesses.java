package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What runs on the private host of the tests, and what this process holds. */
public final class LiveProcesses {
    private LiveProcesses() {}

    /** PIDs of all processes that run an executable of this file name, sorted as text; zombies do not count. */
    public static List<String> named(String fileName) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/" + fileName))
                .map(process -> String.valueOf(process.pid()))
                .sorted()
                .toList();
    }

    /** PIDs of all relays, sorted as text; zombies do not count. */
    public static List<String> relays() {
        return named("java").stream().filter(LiveProcesses::isRelay).toList();
    }

    private static boolean isRelay(String pid) {
        try {
            return Files.readString(Path.of("/proc", pid, "cmdline")).contains("\0relay\0");
        } catch (IOException e) {
            return false; // it has ended meanwhile
        }
    }

    /** How many descriptors this process has open, the one that counts among them. */
    public static long ownDescriptors() throws IOException {
        return descriptors(ProcessHandle.current().pid());
    }

    /** How many descriptors a process has open. */
    public static long descriptors(long pid) throws IOException {
        try (var entries = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return entries.count();
        }
    }
}
