package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the ports as it is.
 *
 * @param hostPort first port on the host, chosen where the entry leaves it open; null while none is chosen
 * @param active how many of its single forwards serve
 * @param keepsSource whether servers see clients of other hosts by their own addresses; null where nothing serves
 * @param problem why it is not active; null exactly when {@code state} is {@link State#ACTIVE}
 */
public record PortObservation(
        PortEntry entry,
        @Nullable Integer hostPort,
        State state,
        int active,
        @Nullable Boolean keepsSource,
        @Nullable Problem problem) {
    /** As in the status. */
    public enum State {
        ACTIVE,
        /** slirp4netns is not up. */
        PENDING,
        FAILED
    }

    /** An entry of which either everything serves or nothing. */
    public PortObservation(PortEntry entry, @Nullable Integer hostPort, State state, @Nullable Problem problem) {
        this(entry, hostPort, state, state == State.ACTIVE ? entry.range() : 0, null, problem);
    }

    /** The problem for those who do not see the entry beside it; null if there is none. */
    public @Nullable Problem namedProblem() {
        return problem == null
                ? null
                : new Problem(problem.reason(), problem.stalled(), "port " + entry.name() + ": " + problem.message());
    }
}
