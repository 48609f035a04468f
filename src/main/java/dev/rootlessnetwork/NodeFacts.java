package dev.rootlessnetwork;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.posix.Kernel;
import dev.rootlessnetwork.slirp.SlirpBinary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This machine as it was seen, without any judgement.
 *
 * @param userId effective, 0 is root
 * @param sysctls by name with dots; those that this kernel lacks or does not show are left out
 * @param missingTools programs that are not on PATH, of those that an ordinary user's networks need
 * @param chosenPorts where host ports are to be chosen from
 */
record NodeFacts(
        int userId,
        Kernel kernel,
        Slirp slirp,
        Tun tun,
        Confinement confinement,
        Map<String, String> sysctls,
        StateDirectoryFacts stateDirectory,
        Surroundings surroundings,
        Set<String> missingTools,
        HostPortRange chosenPorts) {
    NodeFacts {
        sysctls = Map.copyOf(sysctls);
        missingTools = Set.copyOf(missingTools);
    }

    boolean isRoot() {
        return userId == 0;
    }

    /**
     * The executable.
     *
     * @param binary null if there is none that works
     * @param problem why not; empty if there is one
     */
    record Slirp(@Nullable SlirpBinary binary, String problem) {}

    /**
     * The device that taps come from.
     *
     * @param problem why it does not open for reading and writing; empty if it does
     */
    record Tun(boolean exists, String problem) {
        /** Whether a device cgroup keeps it from us: nothing else says this (EPERM) of a device. */
        boolean isForbidden() {
            return problem.startsWith("Operation not permitted");
        }
    }

    /**
     * What keeps this process from doing things.
     *
     * @param capabilities effective ones, a bit each as in capabilities(7)
     * @param seccomp mode as in /proc/self/status: 0 none, 1 strict, 2 filter; -1 unknown
     * @param appArmor profile; empty without AppArmor
     * @param openFiles largest number of descriptors this process may have, RLIMIT_NOFILE
     */
    record Confinement(long capabilities, int seccomp, String appArmor, long openFiles) {}

    /**
     * The place for the state.
     *
     * @param owner user ID of it where it exists, else -1
     * @param nearest what exists of its path: itself or a parent
     * @param writable whether files can be made in {@code nearest}, which is a directory then
     */
    record StateDirectoryFacts(Path path, int owner, Path nearest, boolean writable) {}

    /**
     * What else lies around.
     *
     * @param cgroup "v2", "v1", "hybrid", or empty where none is mounted
     * @param cgroupProblem why networks cannot be given cgroups of their own; empty if they can, or are not to be
     * @param nameServers addresses from /etc/resolv.conf
     * @param mountsArrive whether mounts made elsewhere show here: propagation of / is shared or slave, or ours is not
     *     known to be another mount namespace than that of process 1
     */
    record Surroundings(String cgroup, String cgroupProblem, List<String> nameServers, boolean mountsArrive) {
        Surroundings {
            nameServers = List.copyOf(nameServers);
        }
    }
}
