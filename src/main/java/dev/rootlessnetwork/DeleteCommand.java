package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.standalone.KnownObjects;
import dev.rootlessnetwork.standalone.Removal;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops networks that were left running. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Stops networks that were left running, and forgets them.",
            "While a 'run' is on, remove the object's manifest instead."
        },
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped",
            "1:NAME is unknown, something could not be stopped, or another process owns the state directory",
            "2:wrong usage"
        },
        footer = {"", "Examples:", "  rootlessnet delete demo/web", "  rootlessnet delete --all"})
final class DeleteCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The object: NAME or NAMESPACE/NAME.")
    private @Nullable String name;

    @Option(names = "--all", order = 1, description = "Every object of the state directory.")
    private boolean all;

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    DeleteCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        if (all == (name != null)) {
            throw CommandFailure.wrongUsage("give either the NAME of an object or --all");
        }
        AgentConfig config = flags.configure(console);
        Optional<StateDirectory> state = StateDirectory.find(config.stateDirectory());
        if (state.isEmpty()) {
            if (name != null) {
                throw CommandFailure.failed("there is no object " + name);
            }
            return ExitCode.OK;
        }
        try (StateDirectory.Lock lock = Ownership.take(state.get());
                Removal removal = Removal.open(config.launcher(Source.STANDALONE), state.get())) {
            Map<String, NetworkKey> chosen = name == null ? removal.all() : one(name, removal);
            Map<String, String> left = removal.remove(chosen.keySet(), all);
            chosen.entrySet().stream()
                    .filter(object -> !left.containsKey(object.getKey()))
                    .map(Map.Entry::getValue)
                    .sorted()
                    .forEach(key -> console.out().println(key + " deleted"));
            if (!left.isEmpty()) {
                throw CommandFailure.failed(left.entrySet().stream()
                        .map(object -> chosen.get(object.getKey()) + " is not deleted: " + object.getValue())
                        .sorted()
                        .collect(Collectors.joining("; ")));
            }
            return lock == null ? ExitCode.FAILED : ExitCode.OK;
        }
    }

    private static Map<String, NetworkKey> one(String name, Removal removal) throws CommandFailure, IOException {
        Map<String, NetworkKey> all = removal.all();
        NetworkKey key = KnownObjects.key(name);
        return all.entrySet().stream()
                .filter(object -> object.getValue().equals(key))
                .findFirst()
                .map(object -> Map.of(object.getKey(), object.getValue()))
                .orElseThrow(() ->
                        CommandFailure.failed("there is no object " + key + NearestObject.hint(key, all.values())));
    }
}
