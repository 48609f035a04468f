package dev.rootlessnetwork.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What proc(5) tells of a process that takes memory and descriptors. A figure is NaN where it is not told, as of a process that has
 * ended.
 *
 * @param directory of the process in /proc
 */
record ProcessFiles(Path directory) {
    static final ProcessFiles SELF = new ProcessFiles(Path.of("/proc/self"));

    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)$");
    private static final Pattern MOST_DESCRIPTORS = Pattern.compile("(?m)^Max open files\\s+(\\d+)");
    private static final double BYTES_IN_KIB = 1024;

    static ProcessFiles of(int pid) {
        return new ProcessFiles(Path.of("/proc", Integer.toString(pid)));
    }

    double residentBytes() {
        return number("status", RESIDENT) * BYTES_IN_KIB;
    }

    double threads() {
        return number("status", THREADS);
    }

    double openDescriptors() {
        int count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(directory.resolve("fd"))) {
            for (Path descriptor : open) {
                count += descriptor.getNameCount() > 0 ? 1 : 0;
            }
            return count;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** NaN where there is no limit, too. */
    double mostDescriptors() {
        return number("limits", MOST_DESCRIPTORS);
    }

    private double number(String file, Pattern pattern) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(directory.resolve(file)));
            return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
