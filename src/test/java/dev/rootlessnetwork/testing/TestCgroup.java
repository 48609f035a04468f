package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A name for cgroups at the root of every hierarchy of this machine, which are the one thing that a private host does not keep to itself;
 * what is there under that name goes at the end.
 */
public final class TestCgroup implements AutoCloseable {
    private static final Path MOUNTS = Path.of("/sys/fs/cgroup");

    private final String name;

    public TestCgroup() {
        name = "rootlessnet-test-" + System.nanoTime();
    }

    public String name() {
        return name;
    }

    /** Where the hierarchies are mounted. */
    public static List<Path> hierarchies() {
        return mounts("cgroup", "cgroup2");
    }

    /** Where that of version 2 is mounted; empty where there is none. */
    public static List<Path> unified() {
        return mounts("cgroup2");
    }

    private static List<Path> mounts(String... types) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/mounts"))) {
            return lines.map(line -> line.split(" ", -1))
                    .filter(mount -> List.of(types).contains(mount[2]))
                    .map(mount -> Path.of(mount[1]))
                    .filter(mount -> mount.startsWith(MOUNTS))
                    .distinct() // the machine's own are there as well, below what the private host has mounted
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Directories of a cgroup below the name, in every hierarchy that has it. */
    public List<Path> directories(String below) {
        return hierarchies().stream()
                .map(hierarchy -> hierarchy.resolve(name).resolve(below))
                .filter(Files::isDirectory)
                .toList();
    }

    /** In how many hierarchies a process is in a cgroup below the name. */
    public long hierarchiesWith(String below, long pid) {
        return directories(below).stream()
                .filter(directory -> processes(directory).contains(Long.toString(pid)))
                .count();
    }

    private static List<String> processes(Path directory) {
        try {
            return Files.readAllLines(directory.resolve("cgroup.procs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills what is in the cgroups, and removes them. */
    @Override
    public void close() throws IOException {
        for (Path top : directories("")) {
            List<Path> tree;
            try (Stream<Path> walk = Files.walk(top)) {
                tree = walk.filter(Files::isDirectory)
                        .sorted(Comparator.reverseOrder())
                        .toList();
            }
            for (Path directory : tree) {
                for (String pid : new ArrayList<>(processes(directory))) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                        process.destroyForcibly();
                        process.onExit().join();
                    });
                }
                CommandResult.run("rmdir", directory.toString()).orFail();
            }
        }
    }
}
