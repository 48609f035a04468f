package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How GitOps controllers judge an object: by the code that they judge it with, through {@code src/scripts/gitops-check}. */
public final class Judge {
    private static final Path HEALTH_CHECK = Path.of("examples/gitops/argocd/health.lua");

    private Judge() {}

    /** What was found. */
    public record Verdict(String status, String message) {}

    /** By kstatus, as Flux does. */
    public static Verdict kstatus(String object) {
        return ask("kstatus", object);
    }

    /** By our health check, in Argo CD's Lua machine. */
    public static Verdict argoCd(String object) {
        return ask("health", object, HEALTH_CHECK.toString());
    }

    private static Verdict ask(String judge, String object, String... more) {
        try {
            Path input = Files.writeString(Files.createTempFile("object-", ".yaml"), object);
            try {
                List<String> command = new ArrayList<>(List.of(program(), judge, input.toString()));
                command.addAll(Arrays.asList(more));
                String answer = CommandResult.run(command).orFail().stdout().strip();
                String[] parts = answer.split("\t", 2);
                return new Verdict(parts[0], parts.length == 1 ? "" : parts[1]);
            } finally {
                Files.delete(input);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String program() {
        String program = System.getenv("GITOPS_CHECK");
        if (program == null) {
            throw new IllegalStateException(
                    "GITOPS_CHECK is not set: integration tests run through src/test/private-host, which sets it");
        }
        return program;
    }
}
