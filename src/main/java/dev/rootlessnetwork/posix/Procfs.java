package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What proc(5) tells of processes. A process that is not there, or ends meanwhile, is an empty answer. */
public final class Procfs {
    private static final Path PROC = Path.of("/proc");
    /** Index among the fields of stat that follow the name: field 22 of proc(5). */
    private static final int START_TIME = 19;

    private Procfs() {}

    /** In clock ticks since boot. */
    public static OptionalLong startTime(int pid) {
        List<String> fields = statAfterName(pid);
        return fields.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields.get(START_TIME)));
    }

    /** One letter, such as {@code S} or, for a zombie, {@code Z}. */
    public static Optional<Character> state(int pid) {
        return statAfterName(pid).stream().findFirst().map(state -> state.charAt(0));
    }

    /** The process that a process or thread belongs to: its own number exactly where it is a process. */
    public static OptionalInt threadGroup(int id) {
        return read(id, "status")
                .lines()
                .filter(line -> line.startsWith("Tgid:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring("Tgid:".length()).strip()))
                .findFirst();
    }

    /** Whether a process is in a PID namespace below ours, as one of a container is; false where that is not known. */
    public static boolean isInContainer(int pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("NSpid:"))
                .anyMatch(line -> line.strip().split("\\s+", -1).length > 2);
    }

    /** Arguments of a process; empty for a zombie, for what is not there, and in the instant of a program's start. */
    public static List<String> commandLine(int pid) {
        String text = read(pid, "cmdline");
        if (text.isEmpty()) {
            return List.of();
        }
        // Each argument ends with a NUL, unless the process has overwritten them.
        String arguments = text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
        return List.of(arguments.split("\0", -1));
    }

    /** All processes that we can see now. */
    public static List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[1-9]*")) {
            entries.forEach(entry -> pids.add(Integer.valueOf(String.valueOf(entry.getFileName()))));
        } catch (IOException e) {
            throw new UncheckedIOException("list /proc, which must be mounted", e);
        }
        return pids;
    }

    /** Names this boot of the machine. */
    public static String bootId() {
        return readRequired("sys/kernel/random/boot_id");
    }

    /** Process IDs are smaller than this. */
    public static int pidMax() {
        return Integer.parseInt(readRequired("sys/kernel/pid_max"));
    }

    private static String readRequired(String file) {
        try {
            // Not Files.readString: it begins with a single byte, and a sysctl tells nothing more after the first read.
            return Files.readAllLines(PROC.resolve(file)).get(0).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("read /proc/" + file + ", for which /proc must be mounted", e);
        }
    }

    private static List<String> statAfterName(int pid) {
        String stat = read(pid, "stat");
        return stat.isEmpty() ? List.of() : afterName(stat);
    }

    /** Fields from the third on; the second is a name in parentheses that may hold anything, parentheses too. */
    static List<String> afterName(String stat) {
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1));
    }

    /** A file of a process; empty where the process is gone. */
    private static String read(int pid, String file) {
        try {
            // Not readString, which fails on a name that is not UTF-8.
            return new String(Files.readAllBytes(PROC.resolve(pid + "/" + file)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
