package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.slirp.SlirpCallListener;
import java.time.Duration;

/**
 * Hears of what the launcher does, to count and to time it; of what becomes of a network its observation tells.
 *
 * <p>Called by the threads that call the launcher, several at once, while a network waits: must neither block, nor throw,
 * nor call the launcher.
 */
public interface LauncherListener extends SlirpCallListener {
    /** For those who do not care. */
    LauncherListener NONE = new LauncherListener() {};

    /** A slirp4netns has ended or is being ended, and another one is to take its place. */
    default void restarting(RestartReason reason) {}

    /**
     * A slirp4netns is ready.
     *
     * @param took from asking for it, whatever had to be set up or tried twice included
     */
    default void started(Duration took) {}

    /**
     * A slirp4netns was tried and did not get ready, or could not be tried.
     *
     * @param reason StartFailed, ReadyTimeout, BinaryNotFound, or UnsupportedOption
     */
    default void startFailed(Reason reason) {}

    @Override
    default void called(String command, Duration took, boolean failed) {}
}
