package dev.rootlessnetwork;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.MemorySize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags of every command that has to do with networks; each is also a variable of the environment, see {@link Environment}. */
final class CommonFlags {
    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            order = 100,
            description = "Where running networks are recorded. Default: /run/rootlessnet, or"
                    + " $$XDG_RUNTIME_DIR/rootlessnet for an ordinary user.")
    @Nullable
    Path stateDirectory;

    @Option(
            names = "--network-cmd-path",
            paramLabel = "FILE",
            order = 101,
            description = "The slirp4netns to run. Default: the first on PATH.")
    @Nullable
    Path networkCmdPath;

    @Option(
            names = "--network-cmd-options",
            paramLabel = "KEY=VALUE",
            order = 102,
            split = ",",
            description = "Defaults for objects' options, as in Podman's containers.conf: cidr, port_handler,"
                    + " allow_host_loopback, enable_ipv6, outbound_addr, outbound_addr6, mtu. Repeatable.")
    List<String> networkCmdOptions = new ArrayList<>();

    @Option(
            names = "--no-pivot-root",
            order = 103,
            description = "Run slirp4netns without its sandbox, where pivot_root(2) does not work.")
    boolean noPivotRoot;

    @Option(
            names = "--ready-timeout",
            paramLabel = "TIME",
            order = 104,
            defaultValue = "5s",
            description = "How long slirp4netns may take to get ready. Default: ${DEFAULT-VALUE}.")
    Duration readyTimeout = Duration.ofSeconds(5);

    @Option(
            names = "--host-port-range",
            paramLabel = "FIRST-LAST",
            order = 105,
            defaultValue = "20000-29999",
            description = "Where host ports are chosen from that an object leaves open. Default: ${DEFAULT-VALUE}.")
    HostPortRange hostPortRange = new HostPortRange(20000, 29999);

    @Option(
            names = "--udp-idle-timeout",
            paramLabel = "TIME",
            order = 106,
            defaultValue = "90s",
            description = "When a UDP flow through the relay ends: without a datagram in either direction for so long."
                    + " Default: ${DEFAULT-VALUE}.")
    Duration udpIdleTimeout = Duration.ofSeconds(90);

    @Option(
            names = "--close-grace",
            paramLabel = "TIME",
            order = 107,
            defaultValue = "0s",
            description = "How long the relay lets TCP connections of a removed port go on. Default: ${DEFAULT-VALUE}.")
    Duration closeGrace = Duration.ZERO;

    @Option(
            names = "--relay-drain",
            paramLabel = "TIME",
            order = 108,
            defaultValue = "24h",
            description = "How long connections of a relay may go on that one of another version has taken over from."
                    + " Default: ${DEFAULT-VALUE}.")
    Duration relayDrain = Duration.ofHours(24);

    @Option(
            names = "--cgroup",
            paramLabel = "NAME",
            order = 109,
            description =
                    "A cgroup at the root of every hierarchy, in which slirp4netns and the relay live, beside the container"
                            + " that this runs in. Default: they stay where they are started.")
    @Nullable
    String cgroup;

    @Option(
            names = "--network-memory-limit",
            paramLabel = "SIZE",
            order = 110,
            description =
                    "Most memory that each network's slirp4netns may have, such as 256Mi; needs --cgroup. Default: no"
                            + " limit.")
    @Nullable
    MemorySize networkMemoryLimit;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            order = 111,
            defaultValue = "info",
            description = "Least severity to log: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    LogLevel logLevel = LogLevel.info;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            order = 112,
            defaultValue = "text",
            description = "How to log, on standard error: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    LogFormat logFormat = LogFormat.text;

    /**
     * Reads the configuration and sets up logging.
     *
     * @throws CommandFailure if it makes no sense
     */
    AgentConfig configure(Console console) throws CommandFailure {
        return configure(console, Map.of());
    }

    /** The same, with what every line of the log is to tell. */
    AgentConfig configure(Console console, Map<String, String> logged) throws CommandFailure {
        new Environment(console.environment()).refuseUnknown();
        AgentConfig config = AgentConfig.of(this, console.environment(), AgentConfig::interfaceExists);
        Logging.configure(config.logLevel(), config.logFormat(), console.err(), logged);
        return config;
    }
}
