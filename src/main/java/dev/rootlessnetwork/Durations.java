package dev.rootlessnetwork;

import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Reads and writes durations as flags have them, a part of what Go's time.ParseDuration reads: {@code 500ms}, {@code 5s}, {@code 1h30m}. */
final class Durations implements CommandLine.ITypeConverter<Duration> {
    private static final Pattern PART = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern FORM = Pattern.compile("(" + PART + ")+");

    @Override
    public Duration convert(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new CommandLine.TypeConversionException(
                    "a duration is written like 500ms, 5s or 1h30m, not \"" + text + "\"");
        }
        return PART.matcher(text).results().map(Durations::amount).reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration amount(MatchResult part) {
        long amount = Long.parseLong(part.group(1));
        return switch (part.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    /** The shortest form that {@link #convert} reads back. */
    static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0 || seconds == 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }
}
