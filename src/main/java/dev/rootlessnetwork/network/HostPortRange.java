package dev.rootlessnetwork.network;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ports from the first to the last, both included, 1–65535. */
public record HostPortRange(int first, int last) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final int LARGEST = 65535;

    public HostPortRange {
        if (first < 1 || last < first || last > LARGEST) {
            throw new IllegalArgumentException(
                    "a port range runs upwards within 1-65535, like 20000-29999, not " + first + "-" + last);
        }
    }

    /**
     * Reads a range as users write it.
     *
     * @throws IllegalArgumentException if the text is not of the form {@code 20000-29999}; the message says so
     */
    public static HostPortRange parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a port range is written like 20000-29999, not \"" + text + "\"");
        }
        return new HostPortRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    public boolean contains(int port) {
        return port >= first && port <= last;
    }

    /** Whether they have a port in common. */
    public boolean overlaps(HostPortRange other) {
        return first <= other.last && other.first <= last;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
