package dev.rootlessnetwork.network;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory, written as a quantity of Kubernetes: {@code 256Mi}, {@code 1Gi}, or plain bytes.
 *
 * @param bytes positive
 */
public record MemorySize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,14})(Ki|Mi|Gi|Ti)?");
    private static final String UNITS = "KMGT";
    private static final int BITS_OF_A_UNIT = 10;

    public MemorySize {
        if (bytes <= 0) {
            throw new IllegalArgumentException("not an amount of memory: " + bytes);
        }
    }

    /** @throws IllegalArgumentException if it is not of that form, or too large; the message is for its writer */
    public static MemorySize parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a size is written like 256Mi or 1Gi, not \"" + text + "\"");
        }
        long amount = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : BITS_OF_A_UNIT * (1 + UNITS.indexOf(unit.charAt(0)));
        if (amount > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("\"" + text + "\" is more than there can be");
        }
        return new MemorySize(amount << shift);
    }

    /** The shortest form that {@link #parse} reads back. */
    @Override
    public String toString() {
        long amount = bytes;
        int unit = 0;
        while (unit < UNITS.length() && amount % (1L << BITS_OF_A_UNIT) == 0) {
            amount >>= BITS_OF_A_UNIT;
            unit++;
        }
        return unit == 0 ? Long.toString(amount) : amount + UNITS.substring(unit - 1, unit) + "i";
    }
}
