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
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges what was seen of a machine: pure functions, one for each thing that {@code doctor} looks at. */
final class NodeFindings {
    static final String USERNS_CLONE = "kernel.unprivileged_userns_clone";
    static final String MAX_USER_NAMESPACES = "user.max_user_namespaces";
    static final String APPARMOR_RESTRICTS = "kernel.apparmor_restrict_unprivileged_userns";
    static final String UNPRIVILEGED_PORT_START = "net.ipv4.ip_unprivileged_port_start";
    static final String LOCAL_PORT_RANGE = "net.ipv4.ip_local_port_range";

    /** Without these slirp4netns is never started: security and ports are not left out in silence. */
    private static final Set<Flag> NEEDED = Set.of(Flag.ENABLE_SECCOMP, Flag.API_SOCKET);

    /** Bits of capabilities(7). */
    private static final long CAP_DAC_OVERRIDE = 1L << 1;

    private static final long CAP_DAC_READ_SEARCH = 1L << 2;
    private static final long CAP_SETPCAP = 1L << 8;
    private static final long CAP_NET_BIND_SERVICE = 1L << 10;
    private static final long CAP_NET_ADMIN = 1L << 12;
    private static final long CAP_SYS_PTRACE = 1L << 19;
    private static final long CAP_SYS_ADMIN = 1L << 21;

    private static final List<Capability> CAPABILITIES = List.of(
            new Capability("NET_ADMIN", CAP_NET_ADMIN),
            new Capability("SYS_PTRACE", CAP_SYS_PTRACE),
            new Capability("SYS_ADMIN", CAP_SYS_ADMIN));

    /** Those that some networks need: PID files in directories of their users, the sandbox, ports below 1024. */
    private static final List<Capability> FURTHER_CAPABILITIES = List.of(
            new Capability("DAC_READ_SEARCH", CAP_DAC_READ_SEARCH | CAP_DAC_OVERRIDE),
            new Capability("SETPCAP", CAP_SETPCAP),
            new Capability("NET_BIND_SERVICE", CAP_NET_BIND_SERVICE));

    private static final int SECCOMP_OFF = 0;

    /** Two pidfds and a namespace, FD_CLOEXEC all. */
    private static final int DESCRIPTORS_OF_A_NETWORK = 3;

    private static final int DESCRIPTORS_OF_THE_PROGRAM = 100;
    private static final int FEW_DESCRIPTORS = 1024;

    private NodeFindings() {}

    /**
     * What root may lack.
     *
     * @param bits any of which will do
     */
    private record Capability(String name, long bits) {
        boolean isIn(long capabilities) {
            return (capabilities & bits) != 0;
        }
    }

    /** Everything there is to say, in the order of importance. */
    static List<Finding> of(NodeFacts facts) {
        return Stream.of(
                        slirp(facts.slirp()),
                        List.of(tun(facts)),
                        List.of(rights(facts)),
                        List.of(stateDirectory(facts)),
                        kernel(facts.kernel()),
                        List.of(userNamespaces(facts.sysctls())),
                        List.of(seccomp(facts.confinement().seccomp())),
                        List.of(appArmor(facts.confinement().appArmor())),
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

    private static Finding tun(NodeFacts facts) {
        String check = "/dev/net/tun";
        if (!facts.tun().exists()) {
            return Finding.fail(
                    check, "is not there", "modprobe tun; a container needs the device: --device /dev/net/tun");
        }
        if (facts.tun().problem().isEmpty()) {
            return Finding.ok(check, "opens");
        }
        return Finding.fail(
                check,
                "does not open: " + facts.tun().problem(),
                facts.isRoot()
                        ? "modprobe tun; in a container, allow the device in its cgroup: --device /dev/net/tun"
                        : "chmod 0666 /dev/net/tun, as root; a udev rule makes it last");
    }

    private static Finding rights(NodeFacts facts) {
        if (!facts.isRoot()) {
            String limits = "an ordinary user (" + facts.userId()
                    + "): targets pid and pidFile of this user's own user namespaces, no netnsPath";
            return facts.missingTools().isEmpty()
                    ? Finding.ok("rights", limits)
                    : Finding.warn(
                            "rights",
                            limits + "; not on PATH: " + String.join(", ", new TreeSet<>(facts.missingTools()))
                                    + ", which enter a target for an ordinary user",
                            "install iproute2 and util-linux");
        }
        List<String> needed = missing(facts, CAPABILITIES);
        if (!needed.isEmpty()) {
            return Finding.fail(
                    "rights",
                    "root, but without " + String.join(", ", needed),
                    "add these capabilities to the container or the unit");
        }
        List<String> further = missing(facts, FURTHER_CAPABILITIES);
        if (!further.isEmpty()) {
            return Finding.warn(
                    "rights",
                    "root, but without " + String.join(", ", further)
                            + ": some targets, privileged ports or the sandbox do not work",
                    "add these capabilities to the container or the unit");
        }
        return Finding.ok("rights", "root, with the capabilities that are needed");
    }

    private static List<String> missing(NodeFacts facts, List<Capability> capabilities) {
        return capabilities.stream()
                .filter(capability -> !capability.isIn(facts.confinement().capabilities()))
                .map(Capability::name)
                .toList();
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

    private static Finding userNamespaces(Map<String, String> sysctls) {
        String check = "user namespaces";
        if (sysctls.getOrDefault(MAX_USER_NAMESPACES, "1").equals("0")) {
            return Finding.warn(
                    check,
                    "nobody can make one: " + MAX_USER_NAMESPACES + " is 0",
                    "sysctl -w " + MAX_USER_NAMESPACES + "=15000");
        }
        if (sysctls.getOrDefault(USERNS_CLONE, "1").equals("0")) {
            return Finding.warn(
                    check, "root alone can make one: " + USERNS_CLONE + " is 0", "sysctl -w " + USERNS_CLONE + "=1");
        }
        if (sysctls.getOrDefault(APPARMOR_RESTRICTS, "0").equals("1")) {
            return Finding.warn(
                    check,
                    "an ordinary user's one has no rights without an AppArmor profile: " + APPARMOR_RESTRICTS + " is 1",
                    "give the program that makes it a profile with \"userns,\", or sysctl -w " + APPARMOR_RESTRICTS
                            + "=0");
        }
        return Finding.ok(check, "everybody can make them");
    }

    private static Finding seccomp(int mode) {
        return mode <= SECCOMP_OFF
                ? Finding.ok("seccomp", "no filter on us")
                : Finding.warn(
                        "seccomp",
                        "we run under a filter: if it forbids pivot_root(2), slirp4netns runs without its sandbox",
                        "allow unshare, setns, mount, umount2 and pivot_root, or say --no-pivot-root");
    }

    /**
     * Of an unconfined profile there is only the name. Debian's and Ubuntu's packages give such ones to programs such as runc, whose
     * containers inherit it.
     */
    private static Finding appArmor(String profile) {
        boolean free = profile.isEmpty() || profile.equals("unconfined") || profile.endsWith(" (unconfined)");
        return free
                ? Finding.ok("AppArmor", profile.isEmpty() ? "not in use" : profile)
                : Finding.warn(
                        "AppArmor",
                        "we run under the profile " + profile + ", which may forbid mounts and namespaces",
                        "run unconfined, or allow mount, umount, pivot_root and ptrace in the profile");
    }

    private static List<Finding> ports(NodeFacts facts) {
        String privileged = facts.sysctls().getOrDefault(UNPRIVILEGED_PORT_START, "1024");
        boolean mayBind = (facts.confinement().capabilities() & CAP_NET_BIND_SERVICE) != 0 || privileged.equals("0");
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
