package dev.rootlessnetwork.slirp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file that slirp4netns writes its output to, always at the end. */
public final class SlirpLog {
    /** A slirp4netns that wants to write more is ended by the kernel: it can only be one that went wild. */
    static final long LIMIT = 1 << 20;

    private static final long CUT_ABOVE = LIMIT / 2;
    private static final int KEPT = 64 << 10;

    private SlirpLog() {}

    /** Leaves the last part of a log that has grown large; its writer may go on meanwhile. */
    public static void cut(Path log) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() <= CUT_ABOVE) {
                return;
            }
            byte[] end = readEnd(channel, KEPT);
            channel.truncate(0);
            channel.position(0);
            channel.write(ByteBuffer.wrap(end));
        } catch (NoSuchFileException e) {
            return; // deleted by hand; it is made anew at the next start
        }
    }

    /**
     * The last lines, joined by {@code "; "}, for a message; empty if there are none to be had.
     *
     * @param lines how many at most
     * @param bytes how many at most
     */
    public static String tail(Path log, int lines, int bytes) {
        try (SeekableByteChannel channel = Files.newByteChannel(log, StandardOpenOption.READ)) {
            String text = new String(readEnd(channel, bytes), StandardCharsets.UTF_8);
            List<String> all = text.lines().filter(line -> !line.isBlank()).toList();
            return clean(String.join("; ", all.subList(Math.max(0, all.size() - lines), all.size())), bytes);
        } catch (IOException e) {
            return "";
        }
    }

    /** Text on one line, without control characters, and not longer than a limit. */
    static String clean(String text, int longest) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= longest ? line : line.substring(0, longest) + "…";
    }

    private static byte[] readEnd(SeekableByteChannel channel, int bytes) throws IOException {
        long from = Math.max(0, channel.size() - bytes);
        channel.position(from);
        ByteBuffer end = ByteBuffer.allocate((int) (channel.size() - from));
        int count = 0;
        while (count >= 0 && end.hasRemaining()) {
            count = channel.read(end);
        }
        return java.util.Arrays.copyOf(end.array(), end.position());
    }
}
