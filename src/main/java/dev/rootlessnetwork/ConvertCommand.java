package dev.rootlessnetwork;

import dev.rootlessnetwork.api.ObjectYaml;
import dev.rootlessnetwork.api.PodmanFlags;
import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.api.RootlessNetworkSpec;
import dev.rootlessnetwork.api.RootlessNetworkSpec.TargetSpec;
import dev.rootlessnetwork.api.SpecMapper;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.InterfaceName;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.network.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns Podman's flags into a manifest. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = "Turns podman's network flags into a manifest, printed on standard output.",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:converted", "2:wrong usage, or flags that podman or slirp4netns would refuse"},
        footer = {
            "",
            "Example:",
            "  rootlessnet convert --name web --pid 4242 \\",
            "    --network slirp4netns:mtu=1500 -p 8080:80"
        })
final class ConvertCommand implements Callable<Integer> {
    private static final String NO_TARGET =
            "# spec.target is missing: add pid, pidFile or netnsPath, or convert with --pid";
    private static final String TARGET = "spec.target";
    private static final String ANY = "default";

    private final Console console;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            order = 1,
            defaultValue = "network",
            description = "Name of the object. Default: ${DEFAULT-VALUE}.")
    private String name = "network";

    @Option(
            names = "--namespace",
            paramLabel = "NAMESPACE",
            order = 2,
            description = "Namespace of the object. Default: none is written.")
    private @Nullable String namespace;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            order = 3,
            description = "Process whose network namespace gets the network.")
    private @Nullable Integer pid;

    @Option(
            names = {"--network", "--net"},
            paramLabel = "slirp4netns[:KEY=VALUE,...]",
            order = 4,
            description = "As podman run takes it.")
    private @Nullable String network;

    @Option(
            names = {"-p", "--publish"},
            paramLabel = "[[IP:][HOST]:]CONTAINER[/tcp|udp]",
            order = 5,
            description = "As podman run takes it. Ports can be ranges, like 8000-8009. Repeatable.")
    private List<String> publish = new ArrayList<>();

    ConvertCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws CommandFailure {
        PodmanFlags flags = PodmanFlags.parse(network, publish);
        TargetSpec target = pid == null ? null : new TargetSpec(pid, null, null);
        RootlessNetworkSpec spec = new RootlessNetworkSpec(null, target, flags.options(), flags.ports());
        List<String> problems = flags.problems().isEmpty() ? violations(spec) : flags.problems();
        if (!problems.isEmpty()) {
            throw CommandFailure.wrongUsage(String.join(System.lineSeparator(), problems));
        }
        if (target == null) {
            console.out().println(NO_TARGET);
        }
        console.out().print(ObjectYaml.write(RootlessNetwork.of(name, namespace, spec)));
        return ExitCode.OK;
    }

    /** What an agent would refuse, but for the lack of a target, and for interfaces, which may be another machine's. */
    private List<String> violations(RootlessNetworkSpec spec) {
        RootlessNetwork object = RootlessNetwork.of(name, namespace == null ? ANY : namespace, spec);
        object.defaultUid(ANY);
        SpecMapper mapper = new SpecMapper(Source.STANDALONE, OptionSet.EMPTY, InterfaceName::isWellFormed);
        return mapper.map(object) instanceof NetworkRequest.Refuse refuse
                ? refuse.violations().stream()
                        .filter(violation -> !violation.field().equals(TARGET))
                        .map(Violation::toString)
                        .toList()
                : List.of();
    }
}
