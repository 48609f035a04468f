package dev.rootlessnetwork.network;

/** Quotes text as Go's {@code %q} does, so that messages read exactly as Podman's, whatever the text holds. */
public final class GoQuote {
    private GoQuote() {}

    /** The text in double quotes; what is not printable is escaped as in a Go string literal (strconv.Quote). */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(codePoint -> append(quoted, codePoint));
        return quoted.append('"').toString();
    }

    private static void append(StringBuilder quoted, int codePoint) {
        switch (codePoint) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case 0x07 -> quoted.append("\\a");
            case '\b' -> quoted.append("\\b");
            case '\f' -> quoted.append("\\f");
            case '\n' -> quoted.append("\\n");
            case '\r' -> quoted.append("\\r");
            case '\t' -> quoted.append("\\t");
            case 0x0b -> quoted.append("\\v");
            default -> appendOther(quoted, codePoint);
        }
    }

    private static void appendOther(StringBuilder quoted, int codePoint) {
        if (isPrintable(codePoint)) {
            quoted.appendCodePoint(codePoint);
        } else if (codePoint < ' ' || codePoint == 0x7f) {
            quoted.append("\\x%02x".formatted(codePoint));
        } else if (Character.getType(codePoint) == Character.SURROGATE) {
            quoted.append("\\ufffd");
        } else if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            quoted.append("\\u%04x".formatted(codePoint));
        } else {
            quoted.append("\\U%08x".formatted(codePoint));
        }
    }

    /** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and of the spaces ASCII's alone. */
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            case Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
