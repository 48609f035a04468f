package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.port.EphemeralPorts;
import dev.rootlessnetwork.posix.Kernel;
import dev.rootlessnetwork.slirp.SlirpBinary;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges what was seen of a machine: pure functions, one for each thing that {@code doctor} looks at. */
final class NodeFindings {
    static final String UNPRIVILEGED_PORT_START = "net.ipv4.ip_unprivileged_port_start";
    static final String LOCAL_PORT_RANGE = "net.ipv4.ip_local_port_range";

    /** Without these slirp4netns is never started: security and ports are not left out in silence. */
    private static final Set<Flag> NEEDED = Set.of(Flag.ENABLE_SECCOMP, Flag.API_SOCKET);

    /** Two pidfds and a namespace, FD_CLOEXEC all. */
    private static final int DESCRIPTORS_OF_A_NETWORK = 3;

    private static final int DESCRIPTORS_OF_THE_PROGRAM = 100;
    private static final int FEW_DESCRIPTORS = 1024;

    private NodeFindings() {}

    /** Everything there is to say, in the order of importance. */
    static List<Finding> of(NodeFacts facts) {
        return Stream.of(
                        slirp(facts.slirp()),
                        List.of(RightsFindings.tun(facts)),
                        List.of(RightsFindings.rights(facts)),
                        List.of(stateDirectory(facts)),
                        kernel(facts.kernel()),
                        List.of(RightsFindings.userNamespaces(facts.sysctls())),
                        List.of(RightsFindings.seccomp(facts.confinement().seccomp())),
                        List.of(RightsFindings.appArmor(facts.confinement().appArmor())),
                        ports(facts),
                        List.of(nameServers(facts.surroundings().nameServers())),
                        List.of(cgroups(facts.surroundings())),
                        List.of(mounts(facts)),
                        List.of(descriptors(facts.confinement().openFiles())))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Finding> slirp(NodeFacts.Slirp slirp) {
        SlirpBinary binary = slirp.binary();
        if (binary == null) {
            return List.of(Finding.fail(
                    "slirp4netns",
                    slirp.problem(),
                    "install the package slirp4netns, or name one that works with --network-cmd-path"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("slirp4netns", binary.path() + ", version " + binary.version()));
        findings.add(Finding.ok(
                "features",
                Stream.of(Flag.values())
                        .filter(binary.features()::has)
                        .map(Flag::text)
                        .collect(Collectors.joining(" "))));
        for (Flag flag : Flag.values()) {
            if (!binary.features().has(flag)) {
                String message = "this slirp4netns lacks " + flag.text();
                String remedy = "install slirp4netns " + flag.since() + " or newer";
                findings.add(
                        NEEDED.contains(flag)
                                ? Finding.fail("features", message + ", which every network needs", remedy)
                                : Finding.warn("features", message + ": objects that need it are refused", remedy));
            }
        }
        return findings;
    }

    private static Finding stateDirectory(NodeFacts facts) {
        String check = "state directory";
        NodeFacts.StateDirectoryFacts state = facts.stateDirectory();
        int length = state.path().toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > StateDirectory.LONGEST_PATH) {
            return Finding.fail(
                    check,
                    state.path() + " is too long by " + (length - StateDirectory.LONGEST_PATH)
                            + " bytes for the sockets in it",
                    "choose a shorter --state-dir");
        }
        boolean exists = state.nearest().equals(state.path());
        if (exists && state.owner() != facts.userId()) {
            return Finding.fail(
                    check,
                    state.path() + " belongs to user " + state.owner() + ", not to us (user " + facts.userId() + ")",
                    "choose another with --state-dir");
        }
        if (!state.writable()) {
            return Finding.fail(
                    check,
                    exists
                            ? state.path() + " is not a directory that we can write to"
                            : state.path() + " cannot be made: " + state.nearest() + " is not writable",
                    "make it writable, or choose another with --state-dir");
        }
        return Finding.ok(check, state.path() + (exists ? "" : " (made when needed)"));
    }

    private static List<Finding> kernel(Kernel kernel) {
        String check = "kernel";
        String update = "a newer kernel does it";
        if (!kernel.isAtLeast(5, 3)) {
            return List.of(Finding.fail(
                    check,
                    "Linux " + kernel + " has no pidfd_open(2), which targets are held by",
                    "run Linux 5.3 or newer"));
        }
        List<Finding> findings = new ArrayList<>();
        if (!kernel.isAtLeast(5, 6)) {
            findings.add(Finding.warn(check, "Linux " + kernel + " has no openat2(2) (5.6)", update));
        }
        if (!kernel.isAtLeast(6, 9)) {
            findings.add(Finding.warn(
                    check,
                    "Linux " + kernel
                            + " does not end slirp4netns with its target (6.9): it is done by us, while we run",
                    update));
        }
        if (!kernel.isAtLeast(6, 15)) {
            findings.add(Finding.warn(
                    check,
                    "Linux " + kernel + " does not tell how an adopted slirp4netns ended (6.15): its exit status is"
                            + " unknown",
                    update));
        }
        return findings.isEmpty() ? List.of(Finding.ok(check, "Linux " + kernel)) : findings;
    }

    private static List<Finding> ports(NodeFacts facts) {
        String privileged = facts.sysctls().getOrDefault(UNPRIVILEGED_PORT_START, "1024");
        boolean mayBind =
                Capability.NET_BIND_SERVICE.isIn(facts.confinement().capabilities()) || privileged.equals("0");
        Finding low = mayBind
                ? Finding.ok("host ports", "all can be forwarded")
                : Finding.warn(
                        "host ports",
                        "those below " + privileged + " cannot be forwarded by this user",
                        "sysctl -w " + UNPRIVILEGED_PORT_START + "=80, for ports from 80");
        String local = facts.sysctls().get(LOCAL_PORT_RANGE);
        HostPortRange ephemeral = local == null ? EphemeralPorts.DEFAULT : EphemeralPorts.parse(local);
        HostPortRange chosen = facts.chosenPorts();
        boolean overlap = chosen.overlaps(ephemeral);
        Finding range = overlap
                ? Finding.warn(
                        "chosen ports",
                        chosen + " overlaps the ports of outgoing connections, " + ephemeral
                                + ": those are never chosen",
                        "choose another --host-port-range, or set " + LOCAL_PORT_RANGE)
                : Finding.ok("chosen ports", chosen + ", clear of outgoing connections (" + ephemeral + ")");
        return List.of(low, range);
    }

    private static Finding nameServers(List<String> servers) {
        boolean version6 = servers.stream().anyMatch(server -> server.contains(":"));
        if (servers.stream().allMatch(server -> server.contains(":"))) {
            return Finding.warn(
                    "name servers",
                    "/etc/resolv.conf names no IPv4 one: DNS does not answer in networks"
                            + (version6 ? " but on fd00::3, with enableIPv6" : ""),
                    "add a nameserver with an IPv4 address");
        }
        return Finding.ok(
                "name servers", version6 ? "IPv4 and IPv6" : "IPv4 only: fd00::3 does not answer in networks");
    }

    private static Finding cgroups(NodeFacts.Surroundings surroundings) {
        String version = surroundings.cgroup();
        if (!surroundings.cgroupProblem().isEmpty()) {
            return Finding.fail(
                    "cgroups",
                    "networks cannot have the ones that --cgroup asks for: " + surroundings.cgroupProblem(),
                    "rootlessnet prepare-node --cgroup NAME, as root of the node; or leave out --cgroup");
        }
        return version.isEmpty()
                ? Finding.warn("cgroups", "no cgroup file system is mounted", "mount one at /sys/fs/cgroup")
                : Finding.ok("cgroups", version);
    }

    private static Finding mounts(NodeFacts facts) {
        return facts.surroundings().mountsArrive() || !facts.isRoot()
                ? Finding.ok("mounts", "what is mounted later is seen, or need not be")
                : Finding.warn(
                        "mounts",
                        "mounts made outside of our mount namespace do not show here: a netnsPath that is made there"
                                + " later is not found",
                        "mount /run/netns into the container with propagation HostToContainer (rslave)");
    }

    private static Finding descriptors(long limit) {
        long networks = Math.max(0, (limit - DESCRIPTORS_OF_THE_PROGRAM) / DESCRIPTORS_OF_A_NETWORK);
        if (limit == Long.MAX_VALUE) {
            return Finding.ok("open files", "no limit");
        }
        String message = limit + ", for about " + networks + " networks";
        return limit < FEW_DESCRIPTORS
                ? Finding.warn("open files", message, "raise it: ulimit -n 20000, or LimitNOFILE= of the unit")
                : Finding.ok("open files", message);
    }
}
