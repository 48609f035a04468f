package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Target;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An operator that is fed like a cluster's, by lines of standard input: {@code pidFile PATH}, {@code netnsPath PATH},
 * {@code pid NUMBER}. Converges one network when it is told a target, and when it notices a change, never by the clock, and prints what
 * became of it. Ends with its input, and stops the network then.
 */
public final class ClusterOperatorMain {
    private static final String END = "end";

    private ClusterOperatorMain() {}

    /** Takes a state directory, and whether to believe to be in a pod. */
    public static void main(String[] arguments) throws Exception {
        PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (LauncherFixture operator = new LauncherFixture(
                Path.of(arguments[0]), Source.CLUSTER, Boolean.parseBoolean(arguments[1]), events::add)) {
            lines.println("ready");
            Thread input = new Thread(() -> read(events), "input");
            input.setDaemon(true);
            input.start();
            Target target = null;
            for (String event = events.take(); !event.equals(END); event = events.take()) {
                String[] words = event.split(" ", 2);
                target = words.length == 2 ? target(words[0], words[1]) : target;
                if (target != null) {
                    lines.println(describe(operator.converge(Plans.run("web", target))));
                }
            }
        }
    }

    private static void read(BlockingQueue<String> events) {
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .lines()
                .forEach(events::add);
        events.add(END);
    }

    private static Target target(String kind, String value) {
        return switch (kind) {
            case "pidFile" -> new Target.PidFile(Path.of(value));
            case "netnsPath" -> new Target.NetnsPath(Path.of(value));
            default -> new Target.Pid(Integer.parseInt(value));
        };
    }

    private static String describe(Observation seen) {
        return seen.slirp() != null && seen.target() != null
                ? "running " + seen.target().pid() + " " + seen.target().netns()
                : String.valueOf(seen.slirpProblem());
    }
}
