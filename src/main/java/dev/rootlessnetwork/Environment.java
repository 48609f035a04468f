package dev.rootlessnetwork;

import dev.rootlessnetwork.standalone.NearestName;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives {@link CommonFlags} and {@link ControllerFlags} their values from variables: {@code --state-dir} from {@code ROOTLESSNET_STATE_DIR}. */
final class Environment implements CommandLine.IDefaultValueProvider {
    private static final String PREFIX = "ROOTLESSNET_";

    private static final SortedSet<String> KNOWN = known();

    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    private static SortedSet<String> known() {
        SortedSet<String> known = new TreeSet<>();
        for (Object flags : List.of(new CommonFlags(), new ControllerFlags())) {
            CommandSpec.forAnnotatedObject(flags).options().forEach(option -> known.add(variable(option)));
        }
        return known;
    }

    /** The variable that such an option can be given by. */
    static String variable(OptionSpec option) {
        return PREFIX + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
            return null;
        }
        String variable = variable(option);
        String value = variables.getOrDefault(variable, "");
        return value.isEmpty() || !KNOWN.contains(variable) ? null : value;
    }

    /** Where an argument's value came from, for a message about it: empty if it was on the command line. */
    String origin(@Nullable ArgSpec argument, List<String> commandLine) {
        if (!(argument instanceof OptionSpec option) || defaultValue(option) == null) {
            return "";
        }
        boolean given = commandLine.stream()
                .anyMatch(word -> Arrays.stream(option.names())
                        .anyMatch(name -> word.equals(name) || word.startsWith(name + "=")));
        return given ? "" : " (from " + variable(option) + " in the environment)";
    }

    /** @throws CommandFailure if there is a variable of ours that no flag takes: a typo would go unnoticed */
    void refuseUnknown() throws CommandFailure {
        List<String> unknown = variables.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !KNOWN.contains(name))
                .sorted(Comparator.naturalOrder())
                .toList();
        if (!unknown.isEmpty()) {
            String name = unknown.get(0);
            throw CommandFailure.wrongUsage("unknown environment variable " + name
                    + NearestName.of(name, KNOWN)
                            .map(known -> "; did you mean " + known + "?")
                            .orElse("; known are " + String.join(", ", KNOWN)));
        }
    }
}
