package dev.rootlessnetwork.slirp;

import java.time.Duration;

/** Hears of each call to the API of a slirp4netns, in the thread that made it; must neither block nor throw. */
@FunctionalInterface
public interface SlirpCallListener {
    /**
     * A call is over.
     *
     * @param command {@code add_hostfwd}, {@code remove_hostfwd}, or {@code list_hostfwd}
     * @param took from connecting to the answer, or to giving up
     * @param failed whether it was refused, or not answered in a form that we know
     */
    void called(String command, Duration took, boolean failed);
}
