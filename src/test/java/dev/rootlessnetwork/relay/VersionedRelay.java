package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The relay, as of a version that is named. */
public final class VersionedRelay {
    private static final int READY_FD = 3;

    private VersionedRelay() {}

    /** Takes the version, then the flags of the relay. */
    public static void main(String[] arguments) throws IOException {
        List<String> flags = List.of(arguments);
        String predecessor = value(flags, "--take-over");
        RelaySettings settings = new RelaySettings(
                String.valueOf(value(flags, "--link")),
                arguments[0],
                Duration.ofSeconds(90),
                Duration.ZERO,
                Duration.ofMinutes(5),
                predecessor == null ? null : Path.of(predecessor));
        RelayFiles files = RelayFiles.make(Path.of(String.valueOf(value(flags, "--directory"))));
        try (Fd ready = Fd.copyOf(READY_FD)) {
            RelayServer.run(settings, files, ready);
        }
        System.exit(0);
    }

    private static @Nullable String value(List<String> flags, String name) {
        int index = flags.indexOf(name);
        return index < 0 ? null : flags.get(index + 1);
    }

    /** The command line of a relay of a version, to which its flags are added. */
    public static List<String> command(String version) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                VersionedRelay.class.getName(),
                version);
    }
}
