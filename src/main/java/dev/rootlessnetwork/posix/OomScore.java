package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How soon the kernel ends a process when memory runs out: oom_score_adj of proc(5), from -1000, never, to 1000, first. */
public final class OomScore {
    /** What a process has that nobody has given another one. */
    public static final int NEUTRAL = 0;

    private OomScore() {}

    /** What a process has now. */
    public static int of(int pid) throws IOException {
        return Integer.parseInt(Files.readString(file(pid)).strip());
    }

    /**
     * Raises it to at least this much; that takes no right but to be the process's user. A higher one stays.
     *
     * @throws IOException also where the process has ended
     */
    public static void raise(int pid, int least) throws IOException {
        if (of(pid) < least) {
            Files.writeString(file(pid), Integer.toString(least));
        }
    }

    private static Path file(int pid) {
        return Path.of("/proc", Integer.toString(pid), "oom_score_adj");
    }
}
