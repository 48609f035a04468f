package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.MemorySize;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where on the node slirp4netns and the relay are to live, so that they do not end with our container.
 *
 * @param name of a cgroup at the root of every hierarchy
 * @param networkMemory most memory that each network's slirp4netns may have; null: no limit
 */
public record CgroupConfig(String name, @Nullable MemorySize networkMemory) {
    /** slirp4netns has 1 MiB at rest, 8 MiB with a hundred busy connections. */
    public static final MemorySize LEAST_MEMORY = new MemorySize(16 << 20);

    /** One name, that the kernel has no file of: those of cgroups themselves begin with {@code cgroup.}. */
    private static final Pattern NAME = Pattern.compile("(?!cgroup\\.)[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    /** Whether a cgroup can be called so. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public CgroupConfig {
        if (!isName(name)) {
            throw new IllegalArgumentException("not a name for a cgroup: " + name);
        }
    }
}
