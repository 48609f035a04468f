package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An operator in a process of its own, so that it can be killed. Says {@code ready} and the PID of its slirp4netns. */
final class OperatorProcess {
    private OperatorProcess() {}

    /** @param arguments state directory, PID of the target, port handler, and, if they are to live in one, the name of a cgroup */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LauncherFixture operator = new LauncherFixture(Path.of(arguments[0]));
        if (arguments.length > 3) {
            operator.restartWith(new CgroupConfig(arguments[3], null));
        }
        Observation observation =
                operator.converge(request(Integer.parseInt(arguments[1]), PortHandlerKind.valueOf(arguments[2])));
        System.out.println("ready " + observation.slirp().pid());
        Thread.currentThread().join();
    }

    /** What it converges. */
    static NetworkRequest.Run request(int target, PortHandlerKind portHandler) {
        return Plans.run(
                "web",
                new Target.Pid(target),
                Plans.options(1500).withPortHandler(portHandler),
                Plans.tcp("http", 18080, 80));
    }

    /** The command line that starts it. */
    static List<String> command(Path stateDirectory, int target, PortHandlerKind portHandler) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OperatorProcess.class.getName(),
                stateDirectory.toString(),
                Integer.toString(target),
                portHandler.name());
    }
}
