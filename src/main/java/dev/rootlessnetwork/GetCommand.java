package dev.rootlessnetwork;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.standalone.KnownObjects;
import dev.rootlessnetwork.standalone.TrafficTable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the state directory knows. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows the objects of the state directory, running or not, and whether an operator runs or not.",
        parameterListHeading = "%nArguments:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:shown, whatever the objects' state", "1:NAME is unknown", "2:wrong usage"},
        footer = {
            "",
            "Examples:",
            "  rootlessnet get",
            "  rootlessnet get -o wide                messages, too, and what came through the ports",
            "  rootlessnet get demo/web -o yaml",
            "  rootlessnet get -o json | jq '.items[].status.ports'"
        })
final class GetCommand implements Callable<Integer> {
    private static final Duration TRAFFIC_DEADLINE = Duration.ofSeconds(1);

    private final Console console;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this object: NAME or NAMESPACE/NAME.")
    private @Nullable String name;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            order = 1,
            defaultValue = "text",
            description = "How to print: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.text;

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    GetCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, IOException {
        AgentConfig config = flags.configure(console);
        Optional<StateDirectory> state = StateDirectory.find(config.stateDirectory());
        KnownObjects known = state.isPresent() ? KnownObjects.read(state.get()) : KnownObjects.NONE;
        List<ObjectNode> objects = name == null ? known.all() : List.of(one(known, KnownObjects.key(name)));
        ObjectListing.print(objects, output, console);
        if (output == OutputFormat.wide && state.isPresent()) {
            printTraffic(objects, state.get());
        }
        if (objects.isEmpty() && (output == OutputFormat.text || output == OutputFormat.wide)) {
            console.err().println("No objects in " + config.stateDirectory() + ".");
        }
        return ExitCode.OK;
    }

    /** A table of its own below, as kubectl prints those of another kind. */
    private void printTraffic(List<ObjectNode> objects, StateDirectory state) {
        NodeTraffic traffic = NodeTraffic.read(state, TRAFFIC_DEADLINE);
        List<String> lines = TrafficTable.lines(objects, traffic);
        if (!lines.isEmpty()) {
            console.out().println();
            lines.forEach(console.out()::println);
            console.out().flush();
        }
        traffic.problems().forEach(problem -> console.err().println("Counters of ports are missing: " + problem + "."));
    }

    private static ObjectNode one(KnownObjects known, NetworkKey key) throws CommandFailure {
        return known.find(key)
                .orElseThrow(() ->
                        CommandFailure.failed("there is no object " + key + NearestObject.hint(key, known.keys())));
    }
}
