package dev.rootlessnetwork;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Prints a script that teaches a shell the commands and flags. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script for completion of commands and flags in bash and zsh.",
        footer = {
            "",
            "Now, in this shell:   source <(rootlessnet completion)",
            "In every bash:        rootlessnet completion > /etc/bash_completion.d/rootlessnet"
        })
final class CompletionCommand implements Runnable {
    private final Console console;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.out().print(AutoComplete.bash("rootlessnet", Main.commandLine(console, "")));
    }
}
