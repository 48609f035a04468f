package dev.rootlessnetwork;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.standalone.ObjectFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what this machine lacks, and what to do about it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = true,
        description = {
            "Looks whether networks can run on this machine, and names remedies.",
            "",
            "Looks with the rights of the user who calls it. Changes nothing."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:networks can run, perhaps with the limits that are named",
            "2:wrong usage",
            "3:what every network needs is missing"
        },
        footer = {"", "Example:", "  rootlessnet doctor --host-port-range 20000-29999"})
final class DoctorCommand implements Callable<Integer> {
    /** Forms of output, named as users write them. */
    enum Output {
        text,
        json,
        yaml
    }

    private final Console console;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "How to print: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Output output = Output.text;

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, JsonProcessingException {
        AgentConfig config = flags.configure(console);
        List<Finding> findings = NodeFindings.of(NodeFactsReader.read(config, console.environment()));
        console.out().print(format(findings, output));
        return exitCode(findings);
    }

    static int exitCode(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL)
                ? ExitCode.ENVIRONMENT
                : ExitCode.OK;
    }

    static String format(List<Finding> findings, Output output) throws JsonProcessingException {
        return switch (output) {
            case text -> text(findings);
            case json -> json(findings);
            case yaml -> yaml(findings);
        };
    }

    private static String text(List<Finding> findings) {
        int width = findings.stream()
                .mapToInt(finding -> finding.check().length())
                .max()
                .orElse(1);
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(String.format(
                    Locale.ROOT, "%-4s  %-" + width + "s  %s%n", finding.level(), finding.check(), finding.message()));
            if (!finding.remedy().isEmpty()) {
                text.append(" ".repeat(width + 8))
                        .append("-> ")
                        .append(finding.remedy())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String json(List<Finding> findings) {
        return ObjectFormat.jsonList(findings.stream().map(DoctorCommand::tree).toList());
    }

    private static String yaml(List<Finding> findings) throws JsonProcessingException {
        YAMLMapper mapper = new YAMLMapper();
        StringBuilder stream = new StringBuilder();
        for (Finding finding : findings) {
            stream.append(mapper.writeValueAsString(tree(finding)));
        }
        return stream.toString();
    }

    private static ObjectNode tree(Finding finding) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("check", finding.check())
                .put("level", finding.level().name())
                .put("message", finding.message())
                .put("remedy", finding.remedy());
    }
}
