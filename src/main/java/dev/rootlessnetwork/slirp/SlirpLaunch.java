package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Placement;
import java.nio.charset.StandardCharsets;
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
 * @param placement done with the process before it can get ready
 * @param configure whether slirp4netns makes and configures the tap itself; else it attaches to one that is there and configured
 */
public record SlirpLaunch(
        NetworkOptions options,
        Fd netns,
        @Nullable Fd userns,
        @Nullable PidFd target,
        Path apiSocket,
        Path log,
        boolean sandbox,
        Duration readyTimeout,
        Placement placement,
        boolean configure) {
    /** Longest path of a socket in bytes: sun_path of unix(7) takes 108, with the closing zero. */
    public static final int LONGEST_SOCKET_PATH = 107;

    public SlirpLaunch {
        int length = apiSocket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET_PATH) {
            throw new IllegalArgumentException(apiSocket + " is too long for a socket by "
                    + (length - LONGEST_SOCKET_PATH) + " bytes: choose a shorter --state-dir");
        }
    }
}
