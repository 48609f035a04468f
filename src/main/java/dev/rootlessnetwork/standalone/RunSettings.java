package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.launch.LauncherConfig;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.OptionSet;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Predicate;

/**
 * What running manifests takes.
 *
 * @param paths files and directories of manifests
 * @param defaults options for what objects leave open
 * @param interfaceExists whether the host has an interface of a name
 * @param state locked by this process
 * @param printer shows statuses
 * @param err for what is wrong with manifests
 */
public record RunSettings(
        List<Path> paths,
        LauncherConfig launcher,
        OptionSet defaults,
        Predicate<String> interfaceExists,
        StateDirectory state,
        StatusPrinter printer,
        PrintStream err,
        Clock clock) {
    public RunSettings {
        paths = List.copyOf(paths);
    }
}
