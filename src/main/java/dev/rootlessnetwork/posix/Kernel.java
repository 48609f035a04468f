package dev.rootlessnetwork.posix;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version of the running Linux. */
public record Kernel(int major, int minor) {
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    public static Kernel current() {
        return parse(System.getProperty("os.version", ""));
    }

    /** @param release as uname -r prints it; what is no version counts as 0.0 */
    static Kernel parse(String release) {
        Matcher matcher = RELEASE.matcher(release);
        return matcher.matches()
                ? new Kernel(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
                : new Kernel(0, 0);
    }

    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
