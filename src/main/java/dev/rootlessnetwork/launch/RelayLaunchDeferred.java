package dev.rootlessnetwork.launch;

import java.io.IOException;
import java.time.Instant;

/** The relay has died several times in a row, and is not started again at once. */
final class RelayLaunchDeferred extends IOException {
    private static final long serialVersionUID = 1L;

    RelayLaunchDeferred(Instant until) {
        super("the relay keeps ending by itself; it is started again at " + until
                + ": see its last words in the operator's log");
    }
}
