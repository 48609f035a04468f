package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Target;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The launcher as the benchmark drives it, without files and their watching: reads {@code start}, {@code port N} (that port
 * instead of any other) and {@code stop} from standard input, answers each with what the call took, in nanoseconds.
 */
final class ConvergeBench {
    private ConvergeBench() {}

    /** @param arguments state directory, and PID of the target */
    public static void main(String[] arguments) throws Exception {
        Target target = new Target.Pid(Integer.parseInt(arguments[1]));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (LauncherFixture operator = new LauncherFixture(Path.of(arguments[0]))) {
            System.out.println("ready");
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", -1);
                long before = System.nanoTime();
                switch (words[0]) {
                    case "start" -> converge(operator, target);
                    case "port" -> converge(operator, target, Plans.tcp("http", Integer.parseInt(words[1]), 80));
                    default -> operator.launcher.stop("uid-bench");
                }
                System.out.println(System.nanoTime() - before);
            }
        }
    }

    private static void converge(LauncherFixture operator, Target target, PortEntry... ports) {
        Observation observation = operator.converge(Plans.run("bench", target, ports));
        if (observation.slirp() == null || observation.slirpProblem() != null) {
            throw new IllegalStateException("no network: " + observation);
        }
    }
}
