package dev.rootlessnetwork;

import java.io.PrintStream;
import java.util.Map;

/**
 * What a command has around it.
 *
 * @param environment the variables it was started with
 * @param out for what was asked for
 * @param err for everything else
 */
record Console(Map<String, String> environment, PrintStream out, PrintStream err) {
    Console {
        environment = Map.copyOf(environment);
    }
}
