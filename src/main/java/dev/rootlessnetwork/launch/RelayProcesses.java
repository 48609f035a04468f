package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.relay.RelayFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds relays that run, whatever has become of their files, by their command lines. */
final class RelayProcesses {
    private RelayProcesses() {}

    /** Those of a directory and a link; the one that the link names comes first. */
    static List<Integer> find(Path relays, String link) {
        List<Integer> found = new ArrayList<>();
        for (int pid : Procfs.pids()) {
            List<String> arguments = Procfs.commandLine(pid);
            boolean ours = isRelay(arguments, relays) && follows(arguments, "--link", link);
            // In a container the same path is another file, of an operator in there.
            if (ours && !Procfs.isInContainer(pid)) {
                found.add(pid);
            }
        }
        RelayFiles.current(relays, link).map(RelayFiles::pid).ifPresent(current -> {
            if (found.remove(current)) {
                found.add(0, current);
            }
        });
        return found;
    }

    /** All of a directory, whatever their links. */
    static List<Integer> all(Path relays) {
        return Procfs.pids().stream()
                .filter(pid -> isRelay(pid, relays) && !Procfs.isInContainer(pid))
                .toList();
    }

    /** Whether a process is a relay of a directory, whatever its link. */
    static boolean isRelay(int pid, Path relays) {
        return isRelay(Procfs.commandLine(pid), relays);
    }

    private static boolean isRelay(List<String> arguments, Path relays) {
        return follows(arguments, "--directory", relays.toString());
    }

    private static boolean follows(List<String> arguments, String flag, String value) {
        int index = arguments.indexOf(flag);
        return index >= 0
                && index + 1 < arguments.size()
                && arguments.get(index + 1).equals(value);
    }
}
