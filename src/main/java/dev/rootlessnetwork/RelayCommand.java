package dev.rootlessnetwork;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.relay.RelayFiles;
import dev.rootlessnetwork.relay.RelayServer;
import dev.rootlessnetwork.relay.RelaySettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rootlessnet relay}: the data plane of port handler rootlesskit; started by the launcher, not by people. */
@Command(
        name = "relay",
        hidden = true,
        mixinStandardHelpOptions = true,
        description =
                "Forwards ports of the host into targets. Started by run and controller when there are ports to forward.")
final class RelayCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RelayCommand.class);
    private static final int READY_FD = 3;

    @Option(names = "--directory", paramLabel = "DIR", required = true, description = "Where relays have their files.")
    @Nullable
    Path directory;

    @Option(names = "--link", paramLabel = "NAME", defaultValue = "current", description = "Names the relay in charge.")
    String link = "current";

    @Option(names = "--udp-idle-timeout", paramLabel = "TIME", defaultValue = "90s", description = "Of UDP flows.")
    Duration udpIdleTimeout = Duration.ofSeconds(90);

    @Option(names = "--close-grace", paramLabel = "TIME", defaultValue = "0s", description = "Of removed forwards.")
    Duration closeGrace = Duration.ZERO;

    @Option(names = "--relay-drain", paramLabel = "TIME", defaultValue = "24h", description = "Of a relay replaced.")
    Duration drain = Duration.ofHours(24);

    @Option(names = "--take-over", paramLabel = "SOCKET", description = "Control socket of a relay to take over from.")
    @Nullable
    Path predecessor;

    @Option(names = "--log-level", paramLabel = "LEVEL", defaultValue = "info", description = "Least severity to log.")
    LogLevel logLevel = LogLevel.info;

    @Option(names = "--log-format", paramLabel = "FORMAT", defaultValue = "text", description = "How to log.")
    LogFormat logFormat = LogFormat.text;

    private final Console console;

    RelayCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        RelayFiles files = RelayFiles.make(Objects.requireNonNull(directory));
        OutputStream log = new CutLogStream(console.err(), files.log());
        Logging.configure(logLevel, logFormat, new PrintStream(log, true, StandardCharsets.UTF_8), Map.of());
        // A relay that lost one of its threads would serve in part; the operator starts another in no time.
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            LOG.error("The relay ends after a fault of the program thread={}", thread.getName(), failure);
            System.exit(ExitCode.FAILED);
        });
        RelaySettings settings =
                new RelaySettings(link, Main.Version.number(), udpIdleTimeout, closeGrace, drain, predecessor);
        try (Fd ready = Fd.copyOf(READY_FD)) {
            RelayServer.run(settings, files, ready);
        }
        return ExitCode.OK;
    }
}
