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

    /** Makes the cgroup itself, such that processes can be put into it. */
    public TestCgroup make() throws IOException {
        for (Path hierarchy : hierarchies()) {
            Path directory = Files.createDirectory(hierarchy.resolve(name));
            for (String file : List.of("cpuset.cpus", "cpuset.mems")) { // of version 1: empty at first
                if (Files.exists(directory.resolve(file)) && Files.exists(hierarchy.resolve(file))) {
                    Files.writeString(directory.resolve(file), Files.readString(hierarchy.resolve(file)));
                }
            }
        }
        return this;
    }

    /** A command line that runs another one in the cgroup itself. */
    public List<String> inside(List<String> command) {
        List<String> line = new ArrayList<>(List.of(
                "sh",
                "-c",
                "while [ \"$1\" != -- ]; do echo $$ >\"$1/cgroup.procs\" || exit; shift; done; shift; exec \"$@\"",
                "sh"));
        directories("").forEach(directory -> line.add(directory.toString()));
        line.add("--");
        line.addAll(command);
        return line;
    }

    /** Kills all that is in the cgroups, as a container runtime does it. */
    public void killAll() throws IOException {
        for (Path top : directories("")) {
            for (Path directory : tree(top)) {
                kill(directory);
            }
        }
    }

    private static void kill(Path directory) throws IOException {
        if (Files.exists(directory.resolve("cgroup.kill"))) {
            Files.writeString(directory.resolve("cgroup.kill"), "1");
        }
        for (String pid : processes(directory)) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                process.destroyForcibly();
                process.onExit().join();
            });
        }
    }

    private static List<Path> tree(Path top) throws IOException {
        try (Stream<Path> walk = Files.walk(top)) {
            return walk.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Kills what is in the cgroups, and removes them. */
    @Override
    public void close() throws IOException {
        killAll();
        for (Path top : directories("")) {
            for (Path directory : tree(top)) {
                CommandResult.run("rmdir", directory.toString()).orFail();
            }
        }
    }
}
