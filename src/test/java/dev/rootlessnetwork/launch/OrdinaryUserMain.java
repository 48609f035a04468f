package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.Target;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Converges one network with IPv6 and a port, or stops it, as whoever runs it, and prints what became of it. */
public final class OrdinaryUserMain {
    private OrdinaryUserMain() {}

    /** Takes a state directory, the target's PID, and {@code start} or {@code stop}. */
    public static void main(String[] arguments) throws Exception {
        PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LauncherConfig config = new LauncherConfig(
                Source.STANDALONE,
                null,
                true,
                Duration.ofSeconds(5),
                new HostPortRange(20000, 29999),
                true,
                false,
                LauncherFixture.RELAY);
        try (Launcher launcher = Launcher.open(config, StateDirectory.open(Path.of(arguments[0])), uid -> {})) {
            var run = Plans.run(
                    "web",
                    new Target.Pid(Integer.parseInt(arguments[1])),
                    Plans.withIpv6(),
                    Plans.tcp("http", 18080, 80));
            Observation seen = launcher.converge(run);
            lines.println("problem: " + seen.slirpProblem());
            lines.println("sandbox: " + (seen.slirp() != null && seen.slirp().sandbox()));
            seen.ports().forEach(port -> lines.println("port: " + port.state() + " " + port.problem()));
            if (arguments[2].equals("stop")) {
                launcher.stop(run.identity().uid());
            }
        }
    }
}
