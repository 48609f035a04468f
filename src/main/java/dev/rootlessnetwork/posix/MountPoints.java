package dev.rootlessnetwork.posix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Where file systems are mounted, as {@code /proc/PID/mountinfo} tells; see proc(5). */
final class MountPoints {
    private static final int MOUNT_POINT_COLUMN = 4;
    private static final Path RUN = Path.of("/run");

    private MountPoints() {}

    /** Mount points in the order of the file; several may be mounted on one place. */
    static List<Path> parse(List<String> mountinfo) {
        List<Path> points = new ArrayList<>();
        mountinfo.forEach(line -> points.add(Path.of(unescape(line.split(" ", -1)[MOUNT_POINT_COLUMN]))));
        return points;
    }

    /**
     * What is mounted below /run and is on the way to none of the needed paths, the latest first: it may be mounted on, or
     * below, an earlier one.
     */
    static List<Path> detachable(List<Path> mountPoints, Collection<Path> needed) {
        List<Path> detachable = new ArrayList<>();
        for (Path mountPoint : mountPoints) {
            boolean below = mountPoint.startsWith(RUN) && !mountPoint.equals(RUN);
            if (below && needed.stream().noneMatch(path -> path.startsWith(mountPoint))) {
                detachable.add(mountPoint);
            }
        }
        Collections.reverse(detachable);
        return detachable;
    }

    /** Blank, tab, line feed and backslash stand as a backslash and three octal digits. */
    private static String unescape(String escaped) {
        if (escaped.indexOf('\\') < 0) {
            return escaped;
        }
        // Octal digits name bytes; the rest of the line may be any characters.
        byte[] bytes = escaped.getBytes(StandardCharsets.UTF_8);
        byte[] plain = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\' && i + 3 < bytes.length) {
                plain[length++] = (byte) ((bytes[i + 1] - '0') << 6 | (bytes[i + 2] - '0') << 3 | (bytes[i + 3] - '0'));
                i += 3;
            } else {
                plain[length++] = bytes[i];
            }
        }
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }
}
