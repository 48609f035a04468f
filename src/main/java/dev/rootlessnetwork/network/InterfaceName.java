package dev.rootlessnetwork.network;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** What the kernel takes as the name of a network interface (net/core/dev.c, dev_valid_name), and what we take for a tap. */
public final class InterfaceName {
    private static final int LONGEST = 15;
    private static final int FIRST_VISIBLE = 0x21;
    private static final int DELETE = 0x7f;

    /** A space to the kernel, which reads names as Latin-1. */
    private static final int NO_BREAK_SPACE = 0xa0;

    /** Directory names below /proc/sys/net/ipv4/conf that are no interface's, and the one that each namespace has. */
    private static final Set<String> TAKEN = Set.of("lo", "all", "default");

    private InterfaceName() {}

    /** Whether an interface may have the name, judged by its form alone. */
    public static boolean isWellFormed(String name) {
        return formProblem(name).isEmpty();
    }

    /** Why a tap cannot have the name; empty if it can. */
    public static Optional<String> problem(String name) {
        Optional<String> form = formProblem(name);
        if (form.isEmpty() && TAKEN.contains(name)) {
            return Optional.of("interface name " + GoQuote.quote(name) + " is taken: choose another, like tap0");
        }
        return form;
    }

    private static Optional<String> formProblem(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1 || bytes.length > LONGEST) {
            return refuse(name, "needs 1-" + LONGEST + " bytes and has " + bytes.length);
        }
        if (name.equals(".") || name.equals("..")) {
            return refuse(name, "is a directory's");
        }
        for (byte signed : bytes) {
            int character = Byte.toUnsignedInt(signed);
            if (character == '/' || character == ':' || character == '%') {
                return refuse(name, "must not contain '" + (char) character + "'");
            }
            if (character < FIRST_VISIBLE || character == DELETE || character == NO_BREAK_SPACE) {
                return refuse(name, "must not contain white space or control characters");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> refuse(String name, String why) {
        return Optional.of("interface name " + GoQuote.quote(name) + " " + why + ": choose one like tap0");
    }
}
