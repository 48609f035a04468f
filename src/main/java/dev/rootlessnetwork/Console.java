package dev.rootlessnetwork;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command has around it.
 *
 * @param environment the variables it was started with
 * @param out for what was asked for
 * @param err for everything else
 * @param terminal whether a person watches {@code out} in a terminal that can move its cursor
 */
record Console(Map<String, String> environment, PrintStream out, PrintStream err, boolean terminal) {
    Console {
        environment = Map.copyOf(environment);
    }

    /** Without a terminal. */
    Console(Map<String, String> environment, PrintStream out, PrintStream err) {
        this(environment, out, err, false);
    }

    /** Whether standard output of this process is such a terminal. */
    static boolean isTerminal(Map<String, String> environment) {
        String terminal = environment.getOrDefault("TERM", "");
        if (terminal.isEmpty() || terminal.equals("dumb")) {
            return false;
        }
        try {
            // System.console() asks for standard input, too, and on newer JDKs is there in any case.
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
