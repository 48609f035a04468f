package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.CgroupConfig;
import dev.rootlessnetwork.launch.LauncherConfig;
import dev.rootlessnetwork.launch.RelayConfig;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.MemorySize;
import dev.rootlessnetwork.network.NetworkCmdOptions;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.relay.RelayProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The configuration, built once from flags and environment.
 *
 * @param stateDirectory where running networks are recorded
 * @param networkCmdPath the slirp4netns executable; null: the first on PATH
 * @param networkCmdOptions defaults for objects' options as they were written, for people
 * @param defaults the same, read
 * @param sandbox whether slirp4netns is to run in its sandbox
 * @param readyTimeout how long slirp4netns may take to get ready; positive
 * @param hostPortRange where host ports are chosen from
 * @param udpIdleTimeout after which a UDP flow of the relay ends; positive
 * @param closeGrace how long connections of a removed forward of the relay may go on
 * @param relayDrain how long connections of a relay may go on that a newer one has replaced
 * @param cgroup where slirp4netns and the relay are to live; null: where they are started
 * @param inPod whether we run in a container of a pod
 */
record AgentConfig(
        Path stateDirectory,
        @Nullable Path networkCmdPath,
        List<String> networkCmdOptions,
        OptionSet defaults,
        boolean sandbox,
        Duration readyTimeout,
        HostPortRange hostPortRange,
        Duration udpIdleTimeout,
        Duration closeGrace,
        Duration relayDrain,
        @Nullable CgroupConfig cgroup,
        LogLevel logLevel,
        LogFormat logFormat,
        boolean inPod) {
    private static final Path STATE_OF_ROOT = Path.of("/run/rootlessnet");
    private static final String RUNTIME_DIRECTORY = "XDG_RUNTIME_DIR";
    /** The kubelet gives it to every container, as the address of the API server. */
    private static final String SERVICE_HOST = "KUBERNETES_SERVICE_HOST";

    AgentConfig {
        networkCmdOptions = List.copyOf(networkCmdOptions);
    }

    /** @throws CommandFailure if flags contradict each other or say what slirp4netns would refuse */
    static AgentConfig of(CommonFlags flags, Map<String, String> environment, Predicate<String> interfaceExists)
            throws CommandFailure {
        if (flags.readyTimeout.isZero()) {
            throw CommandFailure.wrongUsage("--ready-timeout must be longer than 0s, such as 5s");
        }
        if (flags.udpIdleTimeout.isZero()) {
            throw CommandFailure.wrongUsage("--udp-idle-timeout must be longer than 0s, such as 90s");
        }
        List<String> written = flags.networkCmdOptions.stream()
                .filter(option -> !option.isEmpty())
                .toList();
        NetworkCmdOptions options = NetworkCmdOptions.parse(written, interfaceExists);
        if (!options.problems().isEmpty()) {
            throw CommandFailure.wrongUsage("--network-cmd-options: " + String.join("; ", options.problems()));
        }
        return new AgentConfig(
                flags.stateDirectory == null ? defaultStateDirectory(environment) : flags.stateDirectory,
                flags.networkCmdPath,
                written,
                options.options(),
                !flags.noPivotRoot,
                flags.readyTimeout,
                flags.hostPortRange,
                flags.udpIdleTimeout,
                flags.closeGrace,
                flags.relayDrain,
                cgroup(flags),
                flags.logLevel,
                flags.logFormat,
                inPod(environment));
    }

    /** Whether we run in a container of a pod. */
    static boolean inPod(Map<String, String> environment) {
        return !environment.getOrDefault(SERVICE_HOST, "").isEmpty();
    }

    private static @Nullable CgroupConfig cgroup(CommonFlags flags) throws CommandFailure {
        String name = flags.cgroup;
        MemorySize memory = flags.networkMemoryLimit;
        if (name == null) {
            if (memory != null) {
                throw CommandFailure.wrongUsage(
                        "--network-memory-limit needs --cgroup, such as --cgroup rootlessnetwork");
            }
            return null;
        }
        checkCgroup(name);
        if (memory != null && memory.bytes() < CgroupConfig.LEAST_MEMORY.bytes()) {
            throw CommandFailure.wrongUsage("--network-memory-limit must be at least " + CgroupConfig.LEAST_MEMORY
                    + ", which slirp4netns needs, not " + memory);
        }
        return new CgroupConfig(name, memory);
    }

    /** @throws CommandFailure if a cgroup cannot be called so */
    static void checkCgroup(String name) throws CommandFailure {
        if (!CgroupConfig.isName(name)) {
            throw CommandFailure.wrongUsage(
                    "--cgroup must be one name of letters, digits, '.', '_' and '-', such as rootlessnetwork, not \""
                            + name + "\"");
        }
    }

    /** Where the variable is not set, it is taken to be what a login would have set it to. */
    private static Path defaultStateDirectory(Map<String, String> environment) {
        int user = userId();
        if (user == 0) {
            return STATE_OF_ROOT;
        }
        String runtime = environment.getOrDefault(RUNTIME_DIRECTORY, "");
        return Path.of(runtime.isEmpty() ? "/run/user/" + user : runtime, "rootlessnet");
    }

    /** Asked of /proc, since a native call costs a tenth of a second the first time. */
    private static int userId() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException("/proc must be mounted", e);
        }
    }

    /** Whether this machine has a network interface of a name. */
    static boolean interfaceExists(String name) {
        try {
            return NetworkInterface.getByName(name) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** As the launcher takes it. */
    LauncherConfig launcher(Source source) {
        boolean nameOwners = source == Source.STANDALONE; // in a cluster, other tenants read our messages
        return new LauncherConfig(
                source, networkCmdPath, sandbox, readyTimeout, hostPortRange, nameOwners, inPod, cgroup, relay());
    }

    private RelayConfig relay() {
        return new RelayConfig(
                RelayProgram.command(),
                List.of(
                        "--udp-idle-timeout=" + Durations.format(udpIdleTimeout),
                        "--close-grace=" + Durations.format(closeGrace),
                        "--relay-drain=" + Durations.format(relayDrain),
                        "--log-level=" + logLevel,
                        "--log-format=" + logFormat),
                Main.Version.number());
    }

    /** One line of {@code flag=value}. */
    @Override
    public String toString() {
        return "state-dir=" + stateDirectory
                + " network-cmd-path=" + (networkCmdPath == null ? "slirp4netns" : networkCmdPath)
                + " network-cmd-options=" + String.join(",", networkCmdOptions)
                + " no-pivot-root=" + !sandbox
                + " ready-timeout=" + Durations.format(readyTimeout)
                + " host-port-range=" + hostPortRange
                + " udp-idle-timeout=" + Durations.format(udpIdleTimeout)
                + " close-grace=" + Durations.format(closeGrace)
                + " relay-drain=" + Durations.format(relayDrain)
                + (cgroup == null ? "" : " cgroup=" + cgroup.name())
                + (cgroup == null || cgroup.networkMemory() == null
                        ? ""
                        : " network-memory-limit=" + cgroup.networkMemory())
                + " log-level=" + logLevel
                + " log-format=" + logFormat;
    }
}
