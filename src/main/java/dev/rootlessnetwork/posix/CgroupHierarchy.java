package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One mounted hierarchy of cgroups: the unified one of version 2, or one of the several of version 1. See cgroups(7).
 *
 * @param root directory of its root cgroup, as far as it is mounted
 * @param unified whether it is of version 2
 * @param options of its mount; those of version 1 name its controllers
 */
record CgroupHierarchy(Path root, boolean unified, Set<String> options) {
    private static final String CONTROLLERS = "cgroup.controllers";
    private static final String SUBTREE = "cgroup.subtree_control";
    private static final String PROCESSES = "cgroup.procs";
    private static final String MEMORY = "memory";

    /** Fields of mountinfo in proc(5); after the dash: type, source, and the options of the hierarchy. */
    private static final int DEVICE = 2;

    private static final int MOUNT_POINT = 4;

    CgroupHierarchy {
        options = Set.copyOf(options);
    }

    /**
     * Finds the hierarchies that are mounted, each once.
     *
     * @param root that the mount points are below, such as /proc/1/root
     * @param mountinfo lines as of proc(5)
     */
    static List<CgroupHierarchy> parse(Path root, List<String> mountinfo) {
        List<CgroupHierarchy> found = new ArrayList<>();
        Set<String> devices = new HashSet<>();
        for (String line : mountinfo) {
            String[] halves = line.split(" - ", 2);
            String[] mount = halves[0].split(" ", -1);
            String[] type = halves.length == 2 ? halves[1].split(" ", -1) : new String[0];
            boolean cgroup = type.length > 2 && (type[0].equals("cgroup") || type[0].equals("cgroup2"));
            if (cgroup && devices.add(mount[DEVICE])) {
                Path below = Path.of("/").relativize(Path.of(mount[MOUNT_POINT]));
                found.add(new CgroupHierarchy(
                        root.resolve(below), type[0].equals("cgroup2"), Set.of(type[2].split(",", -1))));
            }
        }
        return found;
    }

    /**
     * Makes a cgroup that processes can be in, with those above it; one that is there stays as it is.
     *
     * @throws IOException names the file and what the kernel said
     */
    void make(Path group) throws IOException {
        Path parent = root;
        for (Path name : group) {
            Path directory = parent.resolve(name);
            if (unified) {
                passMemoryOn(parent);
            }
            if (!Files.isDirectory(directory)) {
                makeDirectory(directory);
            }
            if (options.contains("cpuset")) {
                inherit(parent, directory, "cpuset.cpus");
                inherit(parent, directory, "cpuset.mems");
            }
            parent = directory;
        }
    }

    private static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (IOException e) {
            throw new IOException("make cgroup " + directory + ": " + words(e), e);
        }
    }

    /** In version 2 a cgroup has a controller only where the one above passes it on. Who lacks the right may do without. */
    private static void passMemoryOn(Path parent) {
        try {
            boolean there = has(parent.resolve(CONTROLLERS), MEMORY);
            if (there && !has(parent.resolve(SUBTREE), MEMORY)) {
                write(parent.resolve(SUBTREE), "+" + MEMORY);
            }
        } catch (IOException e) {
            return; // a limit, where one is wanted, then fails for want of its file
        }
    }

    private static boolean has(Path file, String word) throws IOException {
        return List.of(read(file).split("\\s+", -1)).contains(word);
    }

    /** A new cpuset of version 1 has no processor and no memory, and takes no process until it has some. */
    private static void inherit(Path parent, Path directory, String file) throws IOException {
        if (read(directory.resolve(file)).isEmpty()) {
            write(directory.resolve(file), read(parent.resolve(file)));
        }
    }

    /** Whether memory is accounted and limited in cgroups of this hierarchy. */
    boolean accountsMemory() {
        try {
            return unified ? has(root.resolve(CONTROLLERS), MEMORY) : options.contains(MEMORY);
        } catch (IOException e) {
            return false;
        }
    }

    /** Why cgroups cannot be made in one; empty if they can be. */
    Optional<String> obstacle(Path group) {
        Path directory = root.resolve(group);
        Path place = Files.isDirectory(directory) ? directory : root;
        return Files.isWritable(place) ? Optional.empty() : Optional.of("no cgroup can be made in " + place);
    }

    /** @param bytes most that the processes of a cgroup may have; null for no limit */
    void limitMemory(Path group, @Nullable Long bytes) throws IOException {
        String none = unified ? "max" : "-1";
        Path file = root.resolve(group).resolve(unified ? "memory.max" : "memory.limit_in_bytes");
        if (bytes != null || Files.exists(file)) {
            write(file, bytes == null ? none : bytes.toString());
        }
    }

    /** Memory of a cgroup in bytes. */
    long memory(Path group) throws IOException {
        return Long.parseLong(read(root.resolve(group).resolve(unified ? "memory.current" : "memory.usage_in_bytes")));
    }

    /** How many processes of a cgroup were killed for want of memory. */
    long oomKills(Path group) throws IOException {
        Path file = root.resolve(group).resolve(unified ? "memory.events" : "memory.oom_control");
        return read(file)
                .lines()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
                .findFirst()
                .orElse(0);
    }

    /** Moves a process with all of its threads. */
    void add(Path group, int pid) throws IOException {
        write(root.resolve(group).resolve(PROCESSES), Integer.toString(pid));
    }

    /** Whether a process is in a cgroup itself; those below do not count. */
    boolean holds(Path group, int pid) {
        try {
            return read(root.resolve(group).resolve(PROCESSES)).lines().anyMatch(Integer.toString(pid)::equals);
        } catch (IOException e) {
            return false;
        }
    }

    /** Names of the cgroups right below one that need not be there. */
    List<String> below(Path group) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(group), Files::isDirectory)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return names;
    }

    /**
     * Removes a cgroup that need not be there.
     *
     * @throws IOException such as EBUSY: a process is in it, or a cgroup below it
     */
    void remove(Path group) throws IOException {
        try {
            Files.deleteIfExists(root.resolve(group));
        } catch (IOException e) {
            throw new IOException("remove cgroup " + root.resolve(group) + ": " + words(e), e);
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new IOException("read " + file + ": " + words(e), e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        try {
            Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("write " + text + " to " + file + ": " + words(e), e);
        }
    }

    /** The kernel's words alone, also where Java has an exception of its own for them. */
    private static String words(IOException failure) {
        if (failure instanceof FileSystemException known) {
            String reason = known.getReason();
            return reason == null ? failure.getClass().getSimpleName().replaceAll("Exception$", "") : reason;
        }
        return String.valueOf(failure.getMessage());
    }
}
