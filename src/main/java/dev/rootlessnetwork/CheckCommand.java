package dev.rootlessnetwork;

import dev.rootlessnetwork.standalone.ManifestCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Validates manifests without looking at anything of the machine. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = true,
        description = {
            "Tells what is wrong with manifests, by the rules that 'run' applies.",
            "",
            "Prints every violation as FILE:LINE: FIELD: MESSAGE. Looks at nothing of this machine but the files."
        },
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%nArguments:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all objects are valid", "1:something is not valid", "2:wrong usage"},
        footer = {"", "Example:", "  rootlessnet check web.yaml /etc/rootlessnet/"})
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description =
                    "Files, or directories: *.yaml, *.yml and *.json in them, hidden ones and subdirectories aside.")
    private List<Path> paths = List.of();

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        AgentConfig config = flags.configure(console);
        ManifestCheck check = ManifestCheck.of(ManifestPaths.existing(paths), config.defaults());
        check.problems().forEach(console.out()::println);
        if (!check.problems().isEmpty()) {
            return ExitCode.FAILED;
        }
        console.out().println(check.objects() == 1 ? "1 object is valid." : check.objects() + " objects are valid.");
        return ExitCode.OK;
    }
}
