package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a slirp4netns is started for.
 *
 * @param netns the target's network namespace
 * @param userns the user namespace to enter first; null: none
 * @param target the target's process; null for a namespace without one
 * @param apiSocket where its API is to listen; at most 107 bytes
 * @param log gets its output, at the end
 * @param sandbox whether it is to confine itself
 * @param readyTimeout from spawn to ready
 */
public record SlirpLaunch(
        NetworkOptions options,
        Fd netns,
        @Nullable Fd userns,
        @Nullable PidFd target,
        Path apiSocket,
        Path log,
        boolean sandbox,
        Duration readyTimeout) {}
