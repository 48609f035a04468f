package dev.rootlessnetwork;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.MemorySize;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the program {@code rootlessnet}. */
@Command(
        name = "rootlessnet",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Gives network namespaces user-mode networking through slirp4netns, as manifests declare it.",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Begin with one manifest:",
            "  rootlessnet convert --pid 4242 -p 8080:80 > web.yaml",
            "  rootlessnet check web.yaml",
            "  rootlessnet run web.yaml",
            "",
            "'rootlessnet COMMAND --help' tells more of a command."
        })
public final class Main implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int HELP_WIDTH = 100;
    private static final Map<String, Function<Console, Object>> COMMANDS = commands();

    private final Console console;

    private Main(Console console) {
        this.console = console;
    }

    /** In the order of the help. Made only when named: each costs a start some milliseconds. */
    private static Map<String, Function<Console, Object>> commands() {
        Map<String, Function<Console, Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("controller", ControllerCommand::new);
        commands.put("get", GetCommand::new);
        commands.put("delete", DeleteCommand::new);
        commands.put("check", CheckCommand::new);
        commands.put("convert", ConvertCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("relay", RelayCommand::new);
        commands.put("prepare-node", PrepareNodeCommand::new);
        return commands;
    }

    public static void main(String[] arguments) {
        StandardStream out = StandardStream.out();
        StandardStream err = StandardStream.err();
        boolean terminal = Console.isTerminal(System.getenv());
        int exitCode = execute(new Console(System.getenv(), out.printer(), err.printer(), terminal), arguments);
        System.exit(out.exitCode(exitCode, err.printer()));
    }

    /** Runs a command line to its end and returns the exit code. */
    static int execute(Console console, String... arguments) {
        Environment environment = new Environment(console.environment());
        CommandLine line = commandLine(console, arguments.length > 0 ? arguments[0] : "");
        line.setDefaultValueProvider(environment);
        line.setParameterExceptionHandler(
                (failure, words) -> refuse(failure, environment, List.of(words), console.err()));
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command, console.err()));
        int exitCode = line.execute(arguments);
        console.out().flush();
        return exitCode;
    }

    /** The commands as picocli knows them: only the one that is named, or all if none is. */
    static CommandLine commandLine(Console console, String name) {
        CommandLine line = new CommandLine(new Main(console));
        Function<Console, Object> named = COMMANDS.get(name);
        Map<String, Function<Console, Object>> wanted = named == null ? COMMANDS : Map.of(name, named);
        wanted.forEach((command, maker) -> line.addSubcommand(command, maker.apply(console)));
        line.setOut(writer(console.out()));
        line.setErr(writer(console.err()));
        line.setUsageHelpWidth(HELP_WIDTH);
        line.registerConverter(Duration.class, new Durations());
        line.registerConverter(HostPortRange.class, text -> converted(HostPortRange::parse, text));
        line.registerConverter(MemorySize.class, text -> converted(MemorySize::parse, text));
        line.registerConverter(InetSocketAddress.class, ControllerFlags::address);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    private static <T> T converted(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static int refuse(
            CommandLine.ParameterException failure, Environment environment, List<String> words, PrintStream err) {
        String name = failure.getCommandLine().getCommandSpec().qualifiedName();
        String message =
                String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        err.println(name + ": " + message + environment.origin(failure.getArgSpec(), words));
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try '" + name + " --help'.");
        return ExitCode.WRONG_USAGE;
    }

    private static int report(Exception failure, CommandLine command, PrintStream err) {
        String name = command.getCommandSpec().qualifiedName();
        if (failure instanceof CommandFailure expected) {
            err.println(name + ": " + expected.getMessage());
            return expected.exitCode();
        }
        if (failure instanceof IOException) {
            err.println(name + ": " + failure.getMessage());
            return ExitCode.FAILED;
        }
        err.println(name + ": this is a fault of the program, please report it: " + failure);
        LOG.debug("Uncaught", failure);
        return ExitCode.FAILED;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() {
        commandLine(console, "").usage(console.err());
        return ExitCode.WRONG_USAGE;
    }

    /** The version that the build wrote into the jar's manifest; {@code unknown} outside of a jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"rootlessnet " + number()};
        }

        static String number() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "unknown" : version;
        }
    }
}
