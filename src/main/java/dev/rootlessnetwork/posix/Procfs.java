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
    private static final int STATE_AFTER_NAME = 0;
    private static final int START_TIME_AFTER_NAME = 19;

    private Procfs() {}

    /** In clock ticks since boot. */
    public static OptionalLong startTime(int pid) {
        return statAfterName(pid)
                .map(fields -> OptionalLong.of(Long.parseLong(fields[START_TIME_AFTER_NAME])))
                .orElse(OptionalLong.empty());
    }

    /** One letter, such as {@code S} or, for a zombie, {@code Z}. */
    public static Optional<Character> state(int pid) {
        return statAfterName(pid).map(fields -> fields[STATE_AFTER_NAME].charAt(0));
    }

    /** The process that a process or thread belongs to. */
    public static OptionalInt threadGroup(int id) {
        try {
            for (String line : Files.readAllLines(PROC.resolve(id + "/status"))) {
                if (line.startsWith("Tgid:")) {
                    return OptionalInt.of(
                            Integer.parseInt(line.substring("Tgid:".length()).strip()));
                }
            }
        } catch (IOException e) {
            return OptionalInt.empty();
        }
        return OptionalInt.empty();
    }

    /** Arguments of a process; empty for a zombie and for what is not there. */
    public static List<String> commandLine(int pid) {
        try {
            String text = Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            return text.isEmpty() ? List.of() : List.of(text.split("\0", -1)).subList(0, count(text));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static int count(String text) {
        return (int) text.chars().filter(character -> character == 0).count();
    }

    /** All processes that we can see now. */
    public static List<Integer> pids() {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[1-9]*")) {
            entries.forEach(entry -> pids.add(Integer.valueOf(String.valueOf(entry.getFileName()))));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc must be mounted", e);
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
            return Files.readString(PROC.resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("/proc must be mounted", e);
        }
    }

    /** Fields from the third on; the second, a name in parentheses, may hold anything. */
    private static Optional<String[]> statAfterName(int pid) {
        try {
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
