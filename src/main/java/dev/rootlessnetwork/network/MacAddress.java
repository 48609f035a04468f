package dev.rootlessnetwork.network;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The address of an Ethernet interface, such as a tap can have.
 *
 * @param text six octets in lower case, {@code 52:54:00:12:34:56}
 */
public record MacAddress(String text) {
    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final String ZERO = "00:00:00:00:00:00";
    private static final int HEXADECIMAL = 16;

    public MacAddress {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "MAC address is written as six octets like 52:54:00:12:34:56, not " + GoQuote.quote(text));
        }
        text = text.toLowerCase(Locale.ROOT);
        boolean multicast = (Integer.parseInt(text.substring(0, 2), HEXADECIMAL) & 1) != 0;
        if (multicast || text.equals(ZERO)) {
            throw new IllegalArgumentException("MAC address of an interface must be a unicast address other than "
                    + ZERO + ", not " + text + ": the kernel refuses it (EADDRNOTAVAIL); its first octet must be even");
        }
    }

    /** @throws IllegalArgumentException if the kernel would refuse it for an interface; the message says why */
    public static MacAddress parse(String text) {
        return new MacAddress(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
