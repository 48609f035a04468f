package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Placement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a relay is to be started.
 *
 * @param command of the program, beginning with a path
 * @param flags for it
 * @param relays where relays have their files
 * @param link that names the relay in charge
 * @param userns the user namespace that owns the targets' namespaces; null where root needs none
 * @param placement done with the process before it is ready
 * @param predecessor control socket of a relay that it is to take over from; null: there is none
 */
public record RelayLaunch(
        List<String> command,
        List<String> flags,
        Path relays,
        String link,
        @Nullable Fd userns,
        Placement placement,
        @Nullable Path predecessor) {
    public RelayLaunch {
        command = List.copyOf(command);
        flags = List.copyOf(flags);
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--directory", relays.toString(), "--link", link));
        arguments.addAll(flags);
        if (predecessor != null) {
            arguments.addAll(List.of("--take-over", predecessor.toString()));
        }
        return arguments;
    }
}
