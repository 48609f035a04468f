package dev.rootlessnetwork.launch;

import java.util.List;

/**
 * How relays are started.
 *
 * @param command of the program, beginning with a path
 * @param flags for it
 */
public record RelayConfig(List<String> command, List<String> flags) {
    public RelayConfig {
        command = List.copyOf(command);
        flags = List.copyOf(flags);
    }
}
