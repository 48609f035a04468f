package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.standalone.LinePrinter;
import dev.rootlessnetwork.standalone.LiveTable;
import dev.rootlessnetwork.standalone.ObjectPrinter;
import dev.rootlessnetwork.standalone.ObjectSummary;
import dev.rootlessnetwork.standalone.OnceRunner;
import dev.rootlessnetwork.standalone.RunSettings;
import dev.rootlessnetwork.standalone.SilentPrinter;
import dev.rootlessnetwork.standalone.StatusPrinter;
import dev.rootlessnetwork.standalone.WatchingRunner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes manifests true on this machine, once or for as long as it runs. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes manifests true on this machine, and follows every edit of them.",
            "",
            "Gives each target that they name its network, and prints each change of status: as a table in a",
            "terminal, as lines elsewhere. Stopped by SIGTERM or Ctrl-C, it stops the networks, too. Killed or",
            "upgraded, the next 'run' on the same state directory takes them over."
        },
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by a signal; with --once: all objects are Ready",
            "1:the state directory is in use or unusable; with --once: something is not Ready or not valid",
            "2:wrong usage"
        },
        footer = {
            "",
            "Examples:",
            "  rootlessnet run /etc/rootlessnet                a directory of manifests, watched",
            "  rootlessnet run --once web.yaml                 leave the network running and return",
            "  rootlessnet run -o json web.yaml | jq .status   each change for a program"
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Console console;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description =
                    "Files, or directories: *.yaml, *.yml and *.json in them, hidden ones and subdirectories aside.")
    private List<Path> paths = List.of();

    @Option(
            names = "--once",
            order = 1,
            description = "Try each object once, print it with its status, leave the networks running, and exit."
                    + " Other networks are left alone.")
    private boolean once;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            order = 2,
            defaultValue = "0s",
            description = "With --once: how long to wait for targets by pidFile or netnsPath that are not there yet."
                    + " Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--on-exit",
            paramLabel = "stop|keep",
            order = 3,
            defaultValue = "stop",
            description = "What becomes of the networks on SIGTERM, SIGINT and SIGHUP. Default: ${DEFAULT-VALUE}.")
    private OnExit onExit = OnExit.stop;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|yaml|json",
            order = 4,
            defaultValue = "text",
            description = "How to print statuses. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.text;

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    /** What becomes of the networks at the end. */
    private enum OnExit {
        stop,
        keep
    }

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        if (output == OutputFormat.wide) {
            throw CommandFailure.wrongUsage("-o wide is for 'get': choose text, yaml or json");
        }
        AgentConfig config = flags.configure(console);
        List<Path> existing = ManifestPaths.existing(paths);
        LOG.info("Starting {}", config);
        StateDirectory state = StateDirectory.open(config.stateDirectory());
        LiveTable table = console.terminal() && output == OutputFormat.text && !once
                ? new LiveTable(console.out(), Clock.systemUTC())
                : null;
        PrintStream err = table == null ? console.err() : table.above();
        Logging.configure(config.logLevel(), config.logFormat(), err, Map.of());
        try (StateDirectory.Lock lock = Ownership.take(state)) {
            LOG.debug("Owns the state directory lock={}", lock);
            RunSettings settings = new RunSettings(
                    existing,
                    config.launcher(Source.STANDALONE),
                    config.defaults(),
                    AgentConfig::interfaceExists,
                    state,
                    table == null ? printer() : table,
                    err,
                    Clock.systemUTC());
            return once ? once(settings) : watch(settings);
        }
    }

    private StatusPrinter printer() {
        if (once) {
            return new SilentPrinter();
        }
        return switch (output) {
            case yaml -> new ObjectPrinter(console.out(), ObjectPrinter.Format.YAML);
            case json -> new ObjectPrinter(console.out(), ObjectPrinter.Format.JSON);
            default -> new LinePrinter(console.out(), Clock.systemUTC());
        };
    }

    private int watch(RunSettings settings) throws IOException, InterruptedException {
        WatchingRunner runner = new WatchingRunner(settings, onExit == OnExit.keep);
        try (SignalExit exit = SignalExit.calling(runner::stop, console.out())) {
            runner.run();
            LOG.debug("Stopped exit={}", exit);
        }
        return ExitCode.OK;
    }

    private int once(RunSettings settings) throws IOException, InterruptedException {
        OnceRunner.Result result = new OnceRunner(settings, timeout).run();
        List<ObjectSummary> summaries = ObjectListing.print(
                result.objects(), output == OutputFormat.text ? OutputFormat.wide : output, console);
        boolean allReady = summaries.stream().allMatch(ObjectSummary::isReady);
        return allReady && result.sound() ? ExitCode.OK : ExitCode.FAILED;
    }
}
