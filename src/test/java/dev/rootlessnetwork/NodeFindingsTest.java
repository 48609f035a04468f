package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.chart.Chart;
import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.posix.Kernel;
import dev.rootlessnetwork.slirp.SlirpBinary;
import dev.rootlessnetwork.slirp.SlirpFeatures;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeFindingsTest {
    private static final Path STATE = Path.of("/run/rootlessnet");

    private int userId = 0;
    private Kernel kernel = new Kernel(6, 18);
    private NodeFacts.Slirp slirp = slirp(EnumSet.allOf(Flag.class));
    private NodeFacts.Tun tun = new NodeFacts.Tun(true, "");
    private NodeFacts.Confinement confinement = new NodeFacts.Confinement(-1L, 0, "", 20000);
    private Map<String, String> sysctls = Map.of();
    private NodeFacts.StateDirectoryFacts state = new NodeFacts.StateDirectoryFacts(STATE, -1, Path.of("/run"), true);
    private NodeFacts.Surroundings surroundings = new NodeFacts.Surroundings("v2", "", List.of("192.0.2.1"), true);
    private Set<String> missingTools = Set.of();

    private static NodeFacts.Slirp slirp(Set<Flag> flags) {
        return new NodeFacts.Slirp(
                new SlirpBinary(Path.of("/usr/bin/slirp4netns"), "1.2.0", new SlirpFeatures(flags)), "");
    }

    private List<Finding> bad() {
        return all().stream()
                .filter(finding -> finding.level() != Finding.Level.OK)
                .toList();
    }

    private List<Finding> all() {
        return NodeFindings.of(new NodeFacts(
                userId,
                kernel,
                slirp,
                tun,
                confinement,
                sysctls,
                state,
                surroundings,
                missingTools,
                new HostPortRange(20000, 29999)));
    }

    @Test
    void findsNothingWrongWithAGoodMachine() throws Exception {
        assertThat(bad()).isEmpty();
        assertThat(DoctorCommand.exitCode(all())).isEqualTo(0);
        assertThat(DoctorCommand.format(all(), DoctorCommand.Output.text))
                .startsWith("OK    slirp4netns      /usr/bin/slirp4netns, version 1.2.0\n")
                .contains("\nOK    state directory  /run/rootlessnet (made when needed)\n");
    }

    @Test
    void failsWithoutAWorkingSlirp4netns() throws Exception {
        slirp = new NodeFacts.Slirp(null, "no executable slirp4netns on PATH (/bin)");
        Finding finding = Finding.fail(
                "slirp4netns",
                "no executable slirp4netns on PATH (/bin)",
                "install the package slirp4netns, or name one that works with --network-cmd-path");
        assertThat(bad()).containsExactly(finding);
        assertThat(DoctorCommand.exitCode(all())).isEqualTo(3);
        assertThat(DoctorCommand.format(List.of(finding), DoctorCommand.Output.text))
                .isEqualTo("FAIL  slirp4netns  no executable slirp4netns on PATH (/bin)\n                   -> "
                        + finding.remedy() + "\n");
        assertThat(DoctorCommand.format(List.of(finding), DoctorCommand.Output.yaml))
                .startsWith("---\ncheck: \"slirp4netns\"\nlevel: \"FAIL\"\n");
        assertThat(DoctorCommand.format(List.of(finding), DoctorCommand.Output.json))
                .contains("\"kind\" : \"List\"", "\"level\" : \"FAIL\"");
    }

    @Test
    void tellsAFlagThatAllNeedFromOneThatSomeNeed() {
        slirp = slirp(EnumSet.complementOf(EnumSet.of(Flag.API_SOCKET, Flag.DISABLE_DNS)));
        assertThat(bad())
                .containsExactly(
                        Finding.warn(
                                "features",
                                "this slirp4netns lacks --disable-dns: objects that need it are refused",
                                "install slirp4netns 1.1.0 or newer"),
                        Finding.fail(
                                "features",
                                "this slirp4netns lacks --api-socket, which every network needs",
                                "install slirp4netns 0.3.0 or newer"));
    }

    @Test
    void failsWithoutTheTunDevice() {
        tun = new NodeFacts.Tun(false, "it is not there");
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "/dev/net/tun",
                        "is not there",
                        "modprobe tun; a container needs the device: --device /dev/net/tun"));
    }

    @Test
    void tellsAnOrdinaryUserWhatIsLimited() {
        userId = 1000;
        confinement = new NodeFacts.Confinement(0, 0, "unconfined", 20000);
        tun = new NodeFacts.Tun(true, "Permission denied");
        missingTools = Set.of("nsenter", "ip");
        assertThat(bad())
                .containsExactly(
                        Finding.fail(
                                "/dev/net/tun",
                                "does not open: Permission denied",
                                "chmod 0666 /dev/net/tun, as root; a udev rule makes it last"),
                        Finding.warn(
                                "rights",
                                "an ordinary user (1000): targets pid and pidFile of this user's own user namespaces,"
                                        + " no netnsPath; not on PATH: ip, nsenter, which enter a target for an"
                                        + " ordinary user",
                                "install iproute2 and util-linux"),
                        Finding.warn(
                                "host ports",
                                "those below 1024 cannot be forwarded by this user",
                                "sysctl -w net.ipv4.ip_unprivileged_port_start=80, for ports from 80"));
    }

    @Test
    void namesMissingCapabilitiesOfRoot() {
        confinement = new NodeFacts.Confinement(-1L & ~(1L << 21 | 1L << 12), 0, "", 20000);
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "rights",
                        "root, but without NET_ADMIN, SYS_ADMIN",
                        "add these capabilities to the container or the unit"));
        confinement = new NodeFacts.Confinement(-1L & ~(1L << 1 | 1L << 2), 0, "", 20000);
        assertThat(bad())
                .containsExactly(Finding.warn(
                        "rights",
                        "root, but without DAC_READ_SEARCH: some targets, privileged ports or the sandbox do not work",
                        "add these capabilities to the container or the unit"));
    }

    /** A test shows that the agent needs each of the chart's: see ConfinedAgentIT. */
    @Test
    void wantsTheCapabilitiesThatTheChartGives() {
        assertThat(Stream.concat(RightsFindings.NEEDED.stream(), RightsFindings.FURTHER.stream()))
                .extracting(Capability::name)
                .containsExactlyInAnyOrderElementsOf(
                        Chart.capabilities(Chart.rendered("").agent()));
    }

    @Test
    void missesNoRightToReadWhereThereIsTheOneToWrite() {
        confinement = new NodeFacts.Confinement(-1L & ~(1L << 2), 0, "", 20000);
        assertThat(bad()).isEmpty();
    }

    @Test
    void saysThatADeviceCgroupForbidsTheTunDevice() {
        tun = new NodeFacts.Tun(true, "Operation not permitted");
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "/dev/net/tun",
                        "does not open: Operation not permitted",
                        "allow character device 10:200 in this container's device cgroup: --device /dev/net/tun; or update"
                                + " runc, of which 1.2.0 to 1.2.3 leave it out"));
    }

    @Test
    void failsForAStateDirectoryThatCannotBeUsed() {
        state = new NodeFacts.StateDirectoryFacts(STATE, 7, STATE, true);
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "state directory",
                        "/run/rootlessnet belongs to user 7, not to us (user 0)",
                        "choose another with --state-dir"));
        state = new NodeFacts.StateDirectoryFacts(STATE, -1, Path.of("/run"), false);
        assertThat(bad())
                .extracting(Finding::message)
                .containsExactly("/run/rootlessnet cannot be made: /run is not writable");
        Path longest = Path.of("/" + "d".repeat(71));
        state = new NodeFacts.StateDirectoryFacts(longest, 0, longest, true);
        assertThat(bad()).isEmpty();
        Path tooLong = Path.of("/" + "d".repeat(73));
        state = new NodeFacts.StateDirectoryFacts(tooLong, 0, tooLong, true);
        assertThat(bad())
                .extracting(Finding::message)
                .containsExactly(tooLong + " is too long by 2 bytes for the sockets in it");
    }

    @Test
    void saysWhatAnOldKernelLacks() {
        kernel = new Kernel(5, 2);
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "kernel",
                        "Linux 5.2 has no pidfd_open(2), which targets are held by",
                        "run Linux 5.3 or newer"));
        kernel = new Kernel(6, 8);
        assertThat(bad())
                .extracting(Finding::message)
                .containsExactly(
                        "Linux 6.8 does not end slirp4netns with its target (6.9): it is done by us, while we run",
                        "Linux 6.8 does not tell how an adopted slirp4netns ended (6.15): its exit status is unknown");
        kernel = new Kernel(5, 4);
        assertThat(bad()).hasSize(3).allMatch(finding -> finding.level() == Finding.Level.WARN);
    }

    @Test
    void warnsOfSysctlsThatStandInTheWay() {
        sysctls = Map.of("user.max_user_namespaces", "0");
        assertThat(bad())
                .containsExactly(Finding.warn(
                        "user namespaces",
                        "nobody can make one: user.max_user_namespaces is 0",
                        "sysctl -w user.max_user_namespaces=15000"));
        sysctls = Map.of("kernel.unprivileged_userns_clone", "0");
        assertThat(bad()).extracting(Finding::remedy).containsExactly("sysctl -w kernel.unprivileged_userns_clone=1");
        sysctls = Map.of("kernel.apparmor_restrict_unprivileged_userns", "1");
        assertThat(bad()).extracting(Finding::check).containsExactly("user namespaces");
        sysctls = Map.of("net.ipv4.ip_local_port_range", "29999\t60999");
        assertThat(bad())
                .containsExactly(Finding.warn(
                        "chosen ports",
                        "20000-29999 overlaps the ports of outgoing connections, 29999-60999: those are never chosen",
                        "choose another --host-port-range, or set net.ipv4.ip_local_port_range"));
    }

    @Test
    void failsWhereNetworksCannotHaveTheCgroupsThatAreAskedFor() {
        surroundings = new NodeFacts.Surroundings("v2", "no cgroup can be made in /x", List.of("192.0.2.1"), true);
        assertThat(bad())
                .containsExactly(Finding.fail(
                        "cgroups",
                        "networks cannot have the ones that --cgroup asks for: no cgroup can be made in /x",
                        "rootlessnet prepare-node --cgroup NAME, as root of the node; or leave out --cgroup"));
    }

    /** As containers have it that containerd starts without a profile, on Debian 13 and Ubuntu 24.04. */
    @Test
    void takesAnAppArmorProfileThatConfinesNothingForNone() {
        confinement = new NodeFacts.Confinement(-1L, 0, "runc (unconfined)", 20000);
        assertThat(bad()).isEmpty();
        assertThat(all()).contains(Finding.ok("AppArmor", "runc (unconfined)"));
        confinement = new NodeFacts.Confinement(-1L, 0, "cri-containerd.apparmor.d (enforce)", 20000);
        assertThat(bad())
                .containsExactly(Finding.warn(
                        "AppArmor",
                        "we run under the profile cri-containerd.apparmor.d (enforce), which may forbid mounts and"
                                + " namespaces",
                        "run unconfined, or allow mount, umount, pivot_root and ptrace in the profile"));
    }

    @Test
    void warnsOfConfinementAndSurroundings() {
        confinement = new NodeFacts.Confinement(-1L, 2, "docker-default (enforce)", 256);
        surroundings = new NodeFacts.Surroundings("", "", List.of("2001:db8::1"), false);
        assertThat(bad())
                .allMatch(finding -> finding.level() == Finding.Level.WARN)
                .extracting(Finding::check)
                .containsExactly("seccomp", "AppArmor", "name servers", "cgroups", "mounts", "open files");
    }
}
