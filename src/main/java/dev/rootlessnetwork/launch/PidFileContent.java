package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;

/**
 * What a PID file says.
 *
 * @param modified when the file was last modified, in nanoseconds since 1970
 */
record PidFileContent(int pid, long modified) {
    /** Ample for a number and white space; whatever is larger is another file, and none of our business. */
    private static final int LARGEST = 32;

    /**
     * Reads a PID file without ever blocking on a FIFO.
     *
     * @throws IOException if it is not a small regular file that holds one positive number; the message never contains
     *     what the file holds
     */
    static PidFileContent read(Path path) throws IOException {
        try (Fd file = Fd.openRead(path)) {
            Path held = file.procPath();
            if (!Files.isRegularFile(held)) {
                throw new IOException("it is not a regular file");
            }
            long size = Files.size(held);
            if (size > LARGEST) {
                throw new IOException("it has " + size + " bytes, and a PID file at most " + LARGEST);
            }
            FileTime modified = Files.getLastModifiedTime(held);
            try (InputStream content = Files.newInputStream(held)) {
                return new PidFileContent(parse(content.readNBytes(LARGEST)), modified.to(TimeUnit.NANOSECONDS));
            }
        }
    }

    private static int parse(byte[] content) throws IOException {
        String text = new String(content, StandardCharsets.US_ASCII).strip();
        if (!text.matches("[1-9][0-9]{0,9}")) {
            throw new IOException("it does not hold a process ID");
        }
        long pid = Long.parseLong(text);
        if (pid > Integer.MAX_VALUE) {
            throw new IOException("it does not hold a process ID");
        }
        return (int) pid;
    }
}
