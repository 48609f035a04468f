package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of this process that the Java heap's collector knows nothing of.
 *
 * <p>The JVM maps its class archives, and Linux maps what surrounds a page that is read (fault-around), so that after a start nearly
 * all of an archive counts as resident, although little of it is in use.
 */
public final class NativeMemory {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final int COLUMNS = 6;
    private static final String READ_ONLY = "r--p";
    private static final String SUFFIX = ".jsa";

    /** A range of addresses. */
    record Range(long start, long length) {}

    private NativeMemory() {}

    /**
     * Gives back what the C library holds for later, and the pages of class archives that nobody can write to. What is needed of these
     * again is mapped again from the file.
     */
    public static void giveBack() throws IOException {
        LibC.C.malloc_trim(0);
        for (Range range : readOnly(Files.readAllLines(MAPS))) {
            LibC.check(
                    LibC.C.madvise(range.start, range.length, LibC.MADV_DONTNEED),
                    "give back pages of a class archive");
        }
    }

    /** Read-only mappings of class archives, as {@code /proc/PID/maps} tells; see proc(5). */
    static List<Range> readOnly(List<String> maps) {
        List<Range> ranges = new ArrayList<>();
        for (String line : maps) {
            String[] columns = line.split("\\s+", COLUMNS);
            if (columns.length == COLUMNS && columns[1].equals(READ_ONLY) && columns[COLUMNS - 1].endsWith(SUFFIX)) {
                int dash = columns[0].indexOf('-');
                long start = Long.parseUnsignedLong(columns[0], 0, dash, 16);
                long end = Long.parseUnsignedLong(columns[0], dash + 1, columns[0].length(), 16);
                ranges.add(new Range(start, end - start));
            }
        }
        return ranges;
    }
}
