package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Who moves the bytes of one network's forwarded ports. For one thread at a time. */
public sealed interface PortHandler permits SlirpPortHandler, RelayPortHandler {
    PortHandlerKind kind();

    /**
     * The forwards that serve now; blocks for a call or two.
     *
     * @throws IOException if that cannot be learnt
     */
    List<ServingForward> serving() throws IOException;

    /**
     * Closes forwards, then opens others. What fails does not keep others from being tried.
     *
     * @param close of those that {@link #serving} told of
     * @param open those that nobody is known to have
     * @return why some could not be opened
     * @throws IOException if there is no answer, so that asking further makes no sense
     */
    Map<ForwardId, Problem> change(Collection<PortForward> close, Collection<PortForward> open) throws IOException;
}
