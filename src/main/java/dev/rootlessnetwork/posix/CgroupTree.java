package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The cgroups of a machine, in all hierarchies that it has mounted: version 2, version 1, or both. Cgroups are named by relative paths
 * from the root. What moves processes does it from the cgroup namespace of process 1, since with nsdelegate none can be moved
 * out of a namespace's own cgroup from inside. Thread-safe.
 */
public final class CgroupTree {
    /** Ample for a process whose end is known to be switched out, with which it has left its cgroup. */
    private static final Duration LEAVING = Duration.ofMillis(100);

    private final List<CgroupHierarchy> hierarchies;

    private CgroupTree(List<CgroupHierarchy> hierarchies) {
        this.hierarchies = List.copyOf(hierarchies);
    }

    /**
     * Looks for the hierarchies.
     *
     * @param root of the machine's file system, such as /proc/1/root
     * @param mountinfo the file of proc(5) that tells what is mounted there
     * @throws IOException if it cannot be read, or there is no hierarchy
     */
    public static CgroupTree open(Path root, Path mountinfo) throws IOException {
        List<CgroupHierarchy> found = CgroupHierarchy.parse(root, Files.readAllLines(mountinfo));
        if (found.isEmpty()) {
            throw new IOException("no cgroup file system is mounted (" + mountinfo + ")");
        }
        return new CgroupTree(found);
    }

    /** Makes a cgroup in every hierarchy, with those above it. */
    public void make(Path group) throws IOException {
        for (CgroupHierarchy hierarchy : hierarchies) {
            hierarchy.make(group);
        }
    }

    /**
     * Limits the memory of a cgroup's processes.
     *
     * @param limit in bytes; null: none
     */
    public void limitMemory(Path group, @Nullable Long limit) throws IOException {
        if (limit != null && !accountsMemory()) {
            throw new IOException("no hierarchy of cgroups has the memory controller");
        }
        for (CgroupHierarchy hierarchy : hierarchies) {
            if (hierarchy.accountsMemory()) {
                hierarchy.limitMemory(group, limit);
            }
        }
    }

    /** Whether the memory of cgroups is accounted, and can be limited. */
    public boolean accountsMemory() {
        return hierarchies.stream().anyMatch(CgroupHierarchy::accountsMemory);
    }

    /** Why cgroups cannot be made in one, which need not be there; empty if they can be. Changes nothing. */
    public Optional<String> obstacle(Path group) {
        return hierarchies.stream()
                .map(hierarchy -> hierarchy.obstacle(group))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Moves a process into a cgroup of every hierarchy; where it is there already, nothing changes. */
    public void add(Path group, int pid) throws IOException {
        inHostsNamespace(() -> {
            for (CgroupHierarchy hierarchy : hierarchies) {
                hierarchy.add(group, pid);
            }
            return group;
        });
    }

    /** Whether a process is in a cgroup of every hierarchy. */
    public boolean holds(Path group, int pid) {
        return hierarchies.stream().allMatch(hierarchy -> hierarchy.holds(group, pid));
    }

    /** Names of the cgroups right below one, in whatever hierarchy. */
    public Set<String> below(Path group) throws IOException {
        Set<String> names = new TreeSet<>();
        for (CgroupHierarchy hierarchy : hierarchies) {
            names.addAll(hierarchy.below(group));
        }
        return names;
    }

    /** Memory of a cgroup in bytes; empty where it is not accounted, or there is no such cgroup. */
    public OptionalLong memory(Path group) {
        return figure(hierarchy -> hierarchy.memory(group));
    }

    /** How many processes of a cgroup the kernel has killed for want of memory; empty as with {@link #memory}. */
    public OptionalLong oomKills(Path group) {
        return figure(hierarchy -> hierarchy.oomKills(group));
    }

    private interface Figure {
        long of(CgroupHierarchy hierarchy) throws IOException;
    }

    private OptionalLong figure(Figure figure) {
        for (CgroupHierarchy hierarchy : hierarchies) {
            try {
                if (hierarchy.accountsMemory()) {
                    return OptionalLong.of(figure.of(hierarchy));
                }
            } catch (IOException e) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** Removes a cgroup from every hierarchy, if nothing is in it. */
    public boolean removeIfEmpty(Path group) {
        boolean all = true;
        for (CgroupHierarchy hierarchy : hierarchies) {
            try {
                hierarchy.remove(group);
            } catch (IOException e) {
                all = false;
            }
        }
        return all;
    }

    /**
     * Removes a cgroup from every hierarchy, that processes which have ended may be about to leave still.
     *
     * @throws IOException if something is in it, or the right is missing
     */
    public void remove(Path group) throws IOException {
        long deadline = System.nanoTime() + LEAVING.toNanos();
        while (!removeIfEmpty(group) && System.nanoTime() - deadline < 0) {
            LibC.C.sched_yield();
        }
        for (CgroupHierarchy hierarchy : hierarchies) {
            hierarchy.remove(group);
        }
    }

    private static void inHostsNamespace(Callable<?> act) throws IOException {
        try {
            Namespaces.inCgroupNamespaceOfProcess1(act);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
