package dev.rootlessnetwork.relay;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How this program starts another of itself. */
public final class RelayProgram {
    /** Set by the start script to its own path. */
    private static final String SCRIPT = "rootlessnet.program";

    private static final String MAIN_CLASS = "dev.rootlessnetwork.Main";

    private RelayProgram() {}

    /** The command line of a relay, to which its flags are added. */
    public static List<String> command() {
        return Optional.ofNullable(System.getProperty(SCRIPT))
                .map(script -> List.of(script, "relay"))
                .orElseGet(RelayProgram::withoutScript);
    }

    private static List<String> withoutScript() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Djava.library.path=" + System.getProperty("java.library.path", ""),
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS,
                "relay");
    }
}
