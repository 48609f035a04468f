package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import dev.rootlessnetwork.posix.PidFd;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A target that exists now, held by descriptors so that nothing can take its place while it is used.
 *
 * @param binding which process and namespace it is
 * @param pidFileTime when the PID file was last modified, in nanoseconds since 1970; null for other targets
 * @param process null for a namespace bound by path
 * @param userns the user namespace to enter first; null where root needs none
 */
record BoundTarget(
        TargetBinding binding,
        @Nullable Long pidFileTime,
        @Nullable PidFd process,
        Fd netns,
        @Nullable Fd userns,
        NetnsId netnsId)
        implements AutoCloseable {
    @Override
    public void close() {
        Closing.all(Stream.of(userns, netns, process));
    }
}
