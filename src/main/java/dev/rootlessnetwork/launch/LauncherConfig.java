package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.HostPortRange;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a launcher, the same for all of its networks.
 *
 * @param networkCmdPath the slirp4netns executable; null: the first on PATH
 * @param sandbox whether slirp4netns is to run in its sandbox
 * @param readyTimeout from spawn to ready, positive
 * @param hostPorts where host ports are chosen from
 * @param nameOwners whether messages may name other processes, and objects of other namespaces; not where tenants read each other's
 *     status
 * @param inPod whether we run in a container of a pod, so that the host's files are not ours
 * @param cgroup where processes are to live; null: where they are started
 * @param relay how the relay is started that forwards ports
 */
public record LauncherConfig(
        Source source,
        @Nullable Path networkCmdPath,
        boolean sandbox,
        Duration readyTimeout,
        HostPortRange hostPorts,
        boolean nameOwners,
        boolean inPod,
        @Nullable CgroupConfig cgroup,
        RelayConfig relay) {}
