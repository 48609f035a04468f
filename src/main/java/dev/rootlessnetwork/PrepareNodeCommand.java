package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.CgroupConfig;
import dev.rootlessnetwork.launch.NodePreparation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rootlessnet prepare-node}: for an init container, which has rights that the agent beside it needs not have. */
@Command(
        name = "prepare-node",
        hidden = true,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Makes on the node what the agent needs there and lacks the right to make. Run by the agent's pod"
                + " before the agent, as often as it is started.")
final class PrepareNodeCommand implements Callable<Integer> {
    @Option(
            names = "--cgroup",
            paramLabel = "NAME",
            order = 1,
            description = "The agent's --cgroup, made at the root of every hierarchy.")
    @Nullable
    String cgroup;

    @Option(
            names = "--seccomp-profile",
            paramLabel = "FILE",
            order = 2,
            description = "A seccomp profile of this container, which the kubelet needs as a file of the node.")
    @Nullable
    Path seccompProfile;

    @Option(
            names = "--seccomp-directory",
            paramLabel = "DIR",
            order = 3,
            description = "Where on the node it is put, under its name: below 'seccomp' in the kubelet's root.")
    @Nullable
    Path seccompDirectory;

    @Option(
            names = "--remove",
            order = 4,
            description =
                    "The opposite: removes the profile, and its directory if that is empty then. Networks' cgroups go by"
                            + " 'controller --drain'.")
    boolean remove;

    private final Console console;

    PrepareNodeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        if (cgroup == null && seccompProfile == null) {
            throw CommandFailure.wrongUsage(
                    "nothing to do: give --cgroup, or --seccomp-profile and --seccomp-directory");
        }
        boolean inPod = AgentConfig.inPod(console.environment());
        try {
            if (cgroup != null && !remove) {
                NodePreparation.makeCgroup(cgroup(cgroup), inPod);
                console.out().println("cgroup " + cgroup + " is there");
            }
            if (seccompProfile != null || seccompDirectory != null) {
                profile(inPod);
            }
        } catch (IOException e) {
            throw CommandFailure.failed(String.valueOf(e.getMessage()));
        }
        return ExitCode.OK;
    }

    private static CgroupConfig cgroup(String name) throws CommandFailure {
        AgentConfig.checkCgroup(name);
        return new CgroupConfig(name, null);
    }

    private void profile(boolean inPod) throws CommandFailure, IOException {
        if (seccompProfile == null || seccompDirectory == null || !seccompDirectory.isAbsolute()) {
            throw CommandFailure.wrongUsage(
                    "--seccomp-profile and --seccomp-directory belong together, the latter an absolute path of the node");
        }
        Path file = seccompDirectory
                .resolve(String.valueOf(seccompProfile.getFileName()))
                .normalize();
        if (remove) {
            NodePreparation.deleteFile(file, inPod);
            console.out().println("seccomp profile " + file + " is gone");
            return;
        }
        if (!Files.isReadable(seccompProfile)) {
            throw CommandFailure.failed("cannot read " + seccompProfile);
        }
        NodePreparation.writeFile(file, Files.readAllBytes(seccompProfile), inPod);
        console.out().println("seccomp profile " + file + " is there");
    }
}
