package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.MemorySize;
import dev.rootlessnetwork.posix.CgroupTree;
import dev.rootlessnetwork.posix.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroups of this node that slirp4netns and the relay live in, beside those of pods: what kills a container kills what is in its
 * cgroup. {@code NAME/<network id>} for each network, {@code NAME/relay} for relays. Where none are configured, processes
 * stay where they were started. Thread-safe.
 */
final class NodeCgroups {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCgroups.class);
    private static final String RELAY = "relay";

    private final @Nullable CgroupConfig config;
    private final boolean inPod;
    private @Nullable CgroupTree tree;

    /**
     * @param config null: none are wanted
     * @param inPod whether we run in a container of a pod, so that the cgroups which are mounted here may not be the node's
     */
    NodeCgroups(@Nullable CgroupConfig config, boolean inPod) {
        this.config = config;
        this.inPod = inPod;
    }

    /** Opened when it is needed first, and again until that succeeds: what was missing may have come. */
    private synchronized CgroupTree tree() throws IOException {
        if (tree == null) {
            tree = openNodes(inPod);
        }
        return tree;
    }

    /**
     * The cgroups of the node.
     *
     * @throws IOException tells what is missing
     */
    static CgroupTree openNodes(boolean inPod) throws IOException {
        boolean open = Files.exists(HostRoot.PROCESS_1.resolve("proc"));
        if (inPod && (!open || HostRoot.isOurs())) {
            throw new IOException((open ? "process 1 here is one of the pod's own" : "cannot look into /proc/1/root")
                    + HostRoot.REMEDY);
        }
        // Some virtual machines close /proc/1/root even to their root, where it is the same as ours.
        return open
                ? CgroupTree.open(HostRoot.PROCESS_1, Path.of("/proc/1/mountinfo"))
                : CgroupTree.open(Path.of("/"), Path.of("/proc/self/mountinfo"));
    }

    /** Puts a network's slirp4netns into its cgroup, which is made. */
    Placement ofNetwork(NetworkFiles files) {
        return config == null ? Placement.NONE : pid -> place("slirp4netns", config, files.id(), pid);
    }

    /** Puts a relay into its cgroup, which is made. */
    Placement ofRelay() {
        return config == null ? Placement.NONE : pid -> place("the relay", config, RELAY, pid);
    }

    private synchronized void place(String what, CgroupConfig wanted, String name, int pid) throws IOException {
        Path group = Path.of(wanted.name(), name);
        MemorySize limit = name.equals(RELAY) ? null : wanted.networkMemory();
        try {
            tree().make(group);
            tree().limitMemory(group, limit == null ? null : limit.bytes());
            // An adopted one is mostly there already, and to move it costs some milliseconds.
            if (!tree().holds(group, pid)) {
                tree().add(group, pid);
            }
        } catch (IOException e) {
            throw new IOException(
                    "cannot put " + what + " into the cgroup " + group + ": " + FileFailure.describe(e)
                            + "; 'rootlessnet prepare-node --cgroup " + wanted.name()
                            + "', run once as root of the node, makes what is missing; without --cgroup it would end with our"
                            + " container",
                    e);
        }
    }

    /** Moves the slirp4netns of an earlier operator that had other settings, and gives it the limit of ours. It goes on in any case. */
    void adoptNetwork(NetworkFiles files, int pid) {
        adopt(ofNetwork(files), pid);
    }

    /** The same of a relay. */
    void adoptRelay(int pid) {
        adopt(ofRelay(), pid);
    }

    private static void adopt(Placement placement, int pid) {
        try {
            placement.place(pid);
        } catch (IOException e) {
            LOG.warn(
                    "An adopted process may end with the container that it was started in pid={} error={}",
                    pid,
                    e.getMessage());
        }
    }

    /** Removes a network's cgroup, after its slirp4netns has ended. */
    void removeNetwork(NetworkFiles files) {
        if (config == null) {
            return;
        }
        CgroupTree opened;
        try {
            opened = tree();
        } catch (IOException e) {
            LOG.debug("No cgroup was made error={}", e.getMessage());
            return;
        }
        try {
            opened.remove(Path.of(config.name(), files.id()));
        } catch (IOException e) {
            LOG.warn("Cannot remove the cgroup of a network error={}", e.getMessage());
        }
    }

    /** Removes the relay's cgroup, unless another relay is in it. */
    void removeRelay() {
        removeIfEmpty(Set.of(RELAY));
    }

    /** Removes the cgroups that earlier operators have left, of networks that are not among these. What runs in one keeps it. */
    void keepOnly(Collection<String> networks) {
        if (config == null) {
            return;
        }
        try {
            Set<String> left = new TreeSet<>(tree().below(Path.of(config.name())));
            left.removeAll(networks);
            removeIfEmpty(left);
        } catch (IOException e) {
            LOG.warn("Cannot look for cgroups that nobody uses error={}", e.getMessage());
        }
    }

    private synchronized void removeIfEmpty(Collection<String> names) {
        if (config == null) {
            return;
        }
        try {
            for (String name : names) {
                boolean removed = tree().removeIfEmpty(Path.of(config.name(), name));
                LOG.debug("Looked at a cgroup name={} removed={}", name, removed);
            }
        } catch (IOException e) {
            LOG.debug("Cannot look at cgroups error={}", e.getMessage());
        }
    }

    /** Removes all of them, with the one that they are in, for when nothing runs any more. */
    void removeAll() throws IOException {
        if (config == null) {
            return;
        }
        Path top = Path.of(config.name());
        for (String name : tree().below(top)) {
            tree().remove(top.resolve(name));
        }
        tree().remove(top);
    }

    /** Memory that a network's slirp4netns has, in bytes; empty where that is not accounted. */
    OptionalLong memory(NetworkFiles files) {
        return figure(files, CgroupTree::memory);
    }

    /** How often a network's slirp4netns was killed for want of memory; 0 where that is not accounted. */
    long oomKills(NetworkFiles files) {
        return figure(files, CgroupTree::oomKills).orElse(0);
    }

    private interface Figure {
        OptionalLong of(CgroupTree tree, Path group);
    }

    private OptionalLong figure(NetworkFiles files, Figure figure) {
        if (config == null) {
            return OptionalLong.empty();
        }
        try {
            return figure.of(tree(), Path.of(config.name(), files.id()));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Why a network's slirp4netns was killed, in a clause; empty if not for want of memory.
     *
     * @param before how often it had been, when it was started
     */
    Optional<String> wantOfMemory(NetworkFiles files, long before) {
        if (config == null || oomKills(files) <= before) {
            return Optional.empty();
        }
        MemorySize limit = config.networkMemory();
        return Optional.of(
                limit == null
                        ? "the kernel killed it for want of memory: the node has too little"
                        : "the kernel killed it for want of memory: it may have " + limit
                                + ", see --network-memory-limit, which can be raised");
    }
}
