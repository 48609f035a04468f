package dev.rootlessnetwork;

import dev.rootlessnetwork.kube.ControllerRunner;
import dev.rootlessnetwork.kube.ControllerSettings;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.launch.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The agent of a Kubernetes node. */
@Command(
        name = "controller",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes the RootlessNetwork objects of a Kubernetes node true, and writes their status.",
            "",
            "Acts on objects whose spec.nodeName is this node's. Ended, killed or upgraded, it leaves the networks",
            "running, and the next one on the same state directory takes them over. With --drain it stops them all."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped by a signal",
            "1:the state directory or an address is unusable, or objects cannot be watched any more",
            "2:wrong usage"
        },
        footer = {
            "",
            "Examples:",
            "  rootlessnet controller --node-name node-1 --kubeconfig agent.conf",
            "  curl http://127.0.0.1:9470/readyz"
        })
final class ControllerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerCommand.class);
    private static final String NODE_NAME = "NODE_NAME";

    private final Console console;

    @Mixin
    private final ControllerFlags controller = new ControllerFlags();

    @Mixin
    private final CommonFlags flags = new CommonFlags();

    ControllerCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure, IOException, InterruptedException {
        String nodeName = nodeName();
        AgentConfig config = flags.configure(console, Map.of("node", nodeName));
        if (controller.kubeconfig != null && !Files.isReadable(controller.kubeconfig)) {
            throw CommandFailure.wrongUsage("--kubeconfig: cannot read " + controller.kubeconfig);
        }
        LOG.info("Starting node-name={} drain={} {}", nodeName, controller.drain, config);
        ControllerRunner runner = new ControllerRunner(new ControllerSettings(
                nodeName,
                controller.kubeconfig,
                config.launcher(Source.CLUSTER),
                config.defaults(),
                AgentConfig::interfaceExists,
                StateDirectory.open(config.stateDirectory()),
                controller.drain,
                controller.healthAddress,
                controller.metricsAddress,
                Main.Version.number(),
                Clock.systemUTC()));
        boolean asAsked;
        try (SignalExit exit = SignalExit.calling(runner::stop, console.out())) {
            asAsked = runner.run();
            LOG.debug("Stopped exit={}", exit);
        }
        return asAsked ? ExitCode.OK : ExitCode.FAILED;
    }

    private String nodeName() throws CommandFailure {
        String name =
                controller.nodeName == null ? console.environment().getOrDefault(NODE_NAME, "") : controller.nodeName;
        if (name.isEmpty()) {
            throw CommandFailure.wrongUsage("the name of the node is missing: give --node-name, or set " + NODE_NAME
                    + " (downward API: spec.nodeName)");
        }
        return name;
    }
}
