package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.slirp.SlirpApi;
import dev.rootlessnetwork.slirp.SlirpApiException;
import java.util.Optional;
import java.util.Set;

/**
 * Port handler {@code slirp4netns}: slirp4netns listens itself. The cause of a refusal is found before it is asked, since
 * it answers every one with the same words.
 */
public final class SlirpPortHandler {
    private final HostPortClaims claims;
    private final HostPortProbe probe;
    private final boolean nameOwners;

    /** @param nameOwners whether messages may name an object of another namespace that has a port */
    public SlirpPortHandler(HostPortClaims claims, HostPortProbe probe, boolean nameOwners) {
        this.claims = claims;
        this.probe = probe;
        this.nameOwners = nameOwners;
    }

    /**
     * Opens a forward, if nothing stands in its way. Blocks for one call at most.
     *
     * @return why it is not open; empty if it is
     * @throws SlirpApiException if slirp4netns does not answer, so that asking further makes no sense
     */
    public Optional<Problem> open(Claimant claimant, PortForward forward, SlirpApi api) throws SlirpApiException {
        ForwardId id = forward.id();
        Optional<Claimant> obstacle = claims.tryHold(claimant.uid(), id);
        if (obstacle.isPresent()) {
            return Optional.of(conflict(id, obstacle.get().describe(claimant, nameOwners)));
        }
        boolean open = false;
        try {
            Optional<Problem> problem = probe.problem(id);
            if (problem.isPresent()) {
                return problem;
            }
            api.addHostfwd(forward);
            open = true;
            return Optional.empty();
        } catch (SlirpApiException e) {
            if (e.kind() != SlirpApiException.Kind.REFUSED) {
                throw e;
            }
            return Optional.of(Problem.retried(Reason.PortFailed, id + " cannot be opened: " + e.getMessage()));
        } finally {
            if (!open) {
                claims.release(claimant.uid(), Set.of(id));
            }
        }
    }

    private static Problem conflict(ForwardId id, String holder) {
        return Problem.retried(
                Reason.PortConflict,
                id + " belongs to " + holder + ": choose another hostPort or hostIP for one of the two");
    }
}
