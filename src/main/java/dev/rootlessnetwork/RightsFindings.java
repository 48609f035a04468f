package dev.rootlessnetwork;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Judges what this process may do: those of {@link NodeFindings} that are about rights and confinement. */
final class RightsFindings {
    static final String USERNS_CLONE = "kernel.unprivileged_userns_clone";
    static final String MAX_USER_NAMESPACES = "user.max_user_namespaces";
    static final String APPARMOR_RESTRICTS = "kernel.apparmor_restrict_unprivileged_userns";

    /** Capabilities of capabilities(7) that every network of root's needs. */
    static final Set<Capability> NEEDED =
            Collections.unmodifiableSet(EnumSet.of(Capability.NET_ADMIN, Capability.SYS_PTRACE, Capability.SYS_ADMIN));

    /** Those that some need: PID files in directories of others, slirp4netns's sandbox, privileged ports. */
    static final Set<Capability> FURTHER = Collections.unmodifiableSet(
            EnumSet.of(Capability.DAC_READ_SEARCH, Capability.SETPCAP, Capability.NET_BIND_SERVICE));

    private static final int SECCOMP_OFF = 0;

    private RightsFindings() {}

    static Finding tun(NodeFacts facts) {
        String check = "/dev/net/tun";
        if (!facts.tun().exists()) {
            return Finding.fail(
                    check, "is not there", "modprobe tun; a container needs the device: --device /dev/net/tun");
        }
        if (facts.tun().problem().isEmpty()) {
            return Finding.ok(check, "opens");
        }
        return Finding.fail(check, "does not open: " + facts.tun().problem(), remedy(facts));
    }

    private static String remedy(NodeFacts facts) {
        if (facts.tun().isForbidden()) {
            return "allow character device 10:200 in this container's device cgroup: --device /dev/net/tun; or update runc, of which"
                    + " 1.2.0 to 1.2.3 leave it out";
        }
        return facts.isRoot() ? "modprobe tun" : "chmod 0666 /dev/net/tun, as root; a udev rule makes it last";
    }

    static Finding rights(NodeFacts facts) {
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
        List<String> needed = missing(facts, NEEDED);
        if (!needed.isEmpty()) {
            return Finding.fail(
                    "rights",
                    "root, but without " + String.join(", ", needed),
                    "add these capabilities to the container or the unit");
        }
        List<String> further = missing(facts, FURTHER);
        if (!further.isEmpty()) {
            return Finding.warn(
                    "rights",
                    "root, but without " + String.join(", ", further)
                            + ": some targets, privileged ports or the sandbox do not work",
                    "add these capabilities to the container or the unit");
        }
        return Finding.ok("rights", "root, with the capabilities that are needed");
    }

    private static List<String> missing(NodeFacts facts, Set<Capability> capabilities) {
        return capabilities.stream()
                .filter(capability -> !capability.isIn(facts.confinement().capabilities()))
                .map(Capability::name)
                .toList();
    }

    static Finding userNamespaces(Map<String, String> sysctls) {
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

    static Finding seccomp(int mode) {
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
    static Finding appArmor(String profile) {
        boolean free = profile.isEmpty() || profile.equals("unconfined") || profile.endsWith(" (unconfined)");
        return free
                ? Finding.ok("AppArmor", profile.isEmpty() ? "not in use" : profile)
                : Finding.warn(
                        "AppArmor",
                        "we run under the profile " + profile + ", which may forbid mounts and namespaces",
                        "run unconfined, or allow mount, umount, pivot_root and ptrace in the profile");
    }
}
