package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the ports as it is.
 *
 * @param hostPort first port on the host, chosen where the entry leaves it open; null while none is chosen
 * @param problem why it is not active; null exactly when {@code state} is {@link State#ACTIVE}
 */
public record PortObservation(
        PortEntry entry,
        @Nullable Integer hostPort,
        State state,
        @Nullable Problem problem) {
    /** As in the status. */
    public enum State {
        ACTIVE,
        /** slirp4netns is not up. */
        PENDING,
        FAILED
    }
}
