package dev.rootlessnetwork.launch;

import java.util.List;

/**
 * How relays are started.
 *
 * @param command of the program, beginning with a path
 * @param flags for it
 * @param version of the program; a relay of another one is replaced
 */
public record RelayConfig(List<String> command, List<String> flags, String version) {
    public RelayConfig {
        command = List.copyOf(command);
        flags = List.copyOf(flags);
    }
}
