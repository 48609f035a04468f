package dev.rootlessnetwork.posix;

import java.io.IOException;

/** What is done with a process of ours as soon as there is one, before anything depends on it. */
@FunctionalInterface
public interface Placement {
    /** A process stays where it was started. */
    Placement NONE = pid -> {};

    /** @throws IOException if it cannot be done, so that the process is to be ended; the message says what helps */
    void place(int pid) throws IOException;
}
