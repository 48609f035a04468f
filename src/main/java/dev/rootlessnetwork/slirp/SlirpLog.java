package dev.rootlessnetwork.slirp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that slirp4netns writes its output to, always at the end. */
public final class SlirpLog {
    /** A slirp4netns that wants to write more is ended by the kernel: it can only be one that went wild. */
    static final long LIMIT = 1 << 20;

    private static final long CUT_ABOVE = LIMIT / 2;
    private static final int KEPT = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SlirpLog.class);
    private static final String MARK = "--- slirp4netns is started at ";

    private static final int LINES_OF_A_MESSAGE = 3;
    private static final int BYTES_OF_A_MESSAGE = 1000;

    /** Far more than one that fails says. */
    private static final int LOOKED_AT = 16 << 10;

    /**
     * What slirp4netns says every time, or in every failure. Its standard output comes after the cause, since it is
     * buffered until the end.
     */
    private static final Pattern ROUTINE = Pattern.compile("(Starting slirp|\\* |WARNING: |sent tapfd=|received tapfd=|"
            + "apifd event|api_handler: got request|do_slirp is exiting|do_slirp failed|parent failed).*");

    private SlirpLog() {}

    /** Notes a start, so that nobody takes what is before it for the words of what is started. */
    static void mark(Path log, Instant now) {
        try {
            Files.writeString(log, MARK + now + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.debug("Cannot mark a start in its log file={} error={}", log, e.getMessage());
        }
    }

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

    /** The last words since the last start, as much of them as a message bears; empty if there are none. */
    public static String lastWords(Path log) {
        return tail(log, LINES_OF_A_MESSAGE, BYTES_OF_A_MESSAGE);
    }

    /**
     * The last lines since the last start, joined by {@code "; "}, for a message; empty if there are none to be had. What is
     * routine is left out, unless there is nothing else.
     *
     * @param lines how many at most
     * @param bytes how many at most
     */
    static String tail(Path log, int lines, int bytes) {
        List<String> all = lastRun(log).lines().filter(line -> !line.isBlank()).toList();
        List<String> telling =
                all.stream().filter(line -> !ROUTINE.matcher(line).matches()).toList();
        List<String> chosen = telling.isEmpty() ? all : telling;
        return clean(String.join("; ", chosen.subList(Math.max(0, chosen.size() - lines), chosen.size())), bytes);
    }

    /** The end of what was said since the last start; empty if the log cannot be read. */
    static String lastRun(Path log) {
        try (SeekableByteChannel channel = Files.newByteChannel(log, StandardOpenOption.READ)) {
            String text = new String(readEnd(channel, LOOKED_AT), StandardCharsets.UTF_8);
            int mark = text.lastIndexOf(MARK);
            int start = mark < 0 ? 0 : text.indexOf('\n', mark) + 1;
            return text.substring(start);
        } catch (IOException e) {
            return "";
        }
    }

    /** Text on one line, without what terminals act on, and not longer than a limit. */
    static String clean(String text, int longest) {
        String line = text.strip().replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
        return line.length() <= longest ? line : line.substring(0, longest) + "…";
    }

    private static byte[] readEnd(SeekableByteChannel channel, int bytes) throws IOException {
        long size = channel.size();
        long from = Math.max(0, size - bytes);
        channel.position(from);
        ByteBuffer end = ByteBuffer.allocate((int) (size - from));
        int count = 0;
        while (count >= 0 && end.hasRemaining()) {
            count = channel.read(end);
        }
        return java.util.Arrays.copyOf(end.array(), end.position());
    }
}
