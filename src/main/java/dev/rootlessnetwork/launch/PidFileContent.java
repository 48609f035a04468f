package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
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
     * Reads a PID file, and opens nothing that is none: a FIFO would block, and a device may act on being opened.
     *
     * @param held the file, held by its path alone
     * @throws IOException if it is not a small regular file that holds one positive number; the message never contains
     *     what the file holds
     */
    static PidFileContent read(Fd held) throws IOException {
        if (!Files.isRegularFile(held.procPath())) {
            throw new IOException("it is not a regular file");
        }
        try (Fd file = held.reopenRead()) {
            Path path = file.procPath();
            long size = Files.size(path);
            if (size > LARGEST) {
                throw new IOException("it has " + size + " bytes, and a PID file at most " + LARGEST);
            }
            FileTime modified = Files.getLastModifiedTime(path);
            byte[] content = new byte[LARGEST];
            return new PidFileContent(
                    parse(Arrays.copyOf(content, file.read(content))), modified.to(TimeUnit.NANOSECONDS));
        } catch (PosixException e) {
            throw new IOException(e.words(), e); // its own message names a descriptor of ours, not the file
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
