package dev.rootlessnetwork.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** Converges one network with IPv6 and a port, or stops it, as whoever runs it, and prints what became of it. */
public final class OrdinaryUserMain {
    private OrdinaryUserMain() {}

    /** Takes a state directory, the target's PID, {@code start} or {@code stop}, the name of the interface, and the port handler. */
    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(SlirpSteps.class)).setLevel(Level.INFO);
        PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LauncherConfig config = new LauncherConfig(
                Source.STANDALONE,
                null,
                true,
                Duration.ofSeconds(5),
                new HostPortRange(20000, 29999),
                true,
                false,
                null,
                LauncherFixture.RELAY);
        try (Launcher launcher = Launcher.open(config, StateDirectory.open(Path.of(arguments[0])), uid -> {})) {
            var run = Plans.run(
                    "web",
                    new Target.Pid(Integer.parseInt(arguments[1])),
                    options(arguments[3], PortHandlerKind.valueOf(arguments[4])),
                    Plans.tcp("http", 18080, 80));
            Observation seen = launcher.converge(run);
            lines.println("problem: " + seen.slirpProblem());
            lines.println("sandbox: " + (seen.slirp() != null && seen.slirp().sandbox()));
            seen.ports().forEach(port -> lines.println("port: " + port.state() + " " + port.problem()));
            lines.println(
                    "slirp4netns: " + (seen.slirp() == null ? 0 : seen.slirp().pid()));
            if (arguments[2].equals("stop")) {
                launcher.stop(run.identity().uid());
            }
        }
    }

    private static NetworkOptions options(String interfaceName, PortHandlerKind portHandler) {
        return new NetworkOptions(null, 1500, true, false, portHandler, null, null, false, null, interfaceName);
    }
}
