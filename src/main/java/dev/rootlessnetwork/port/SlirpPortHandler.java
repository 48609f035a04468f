package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.slirp.ActiveForward;
import dev.rootlessnetwork.slirp.SlirpApi;
import dev.rootlessnetwork.slirp.SlirpApiException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Port handler {@code slirp4netns}: slirp4netns listens itself. The cause of a refusal is found before it is asked, since
 * it answers every one with the same words.
 */
public final class SlirpPortHandler implements PortHandler {
    private final SlirpApi api;
    private final HostPortProbe probe;
    private final Map<PortForward, Integer> numbers = new HashMap<>();

    public SlirpPortHandler(SlirpApi api, HostPortProbe probe) {
        this.api = api;
        this.probe = probe;
    }

    @Override
    public PortHandlerKind kind() {
        return PortHandlerKind.SLIRP4NETNS;
    }

    /** slirp4netns shows the client's address, but its own for what comes from the host's loopback. */
    @Override
    public List<ServingForward> serving() throws SlirpApiException {
        numbers.clear();
        List<ActiveForward> active = api.listHostfwd();
        active.forEach(one -> numbers.put(one.forward(), one.id()));
        return active.stream()
                .map(one -> new ServingForward(
                        one.forward(), kind(), !one.forward().id().hostIp().isLoopbackAddress()))
                .toList();
    }

    @Override
    public Map<ForwardId, Problem> change(Collection<PortForward> close, Collection<PortForward> open)
            throws SlirpApiException {
        for (PortForward forward : close) {
            Integer number = numbers.remove(forward);
            if (number != null) {
                api.removeHostfwd(number);
            }
        }
        Map<ForwardId, Problem> problems = new LinkedHashMap<>();
        for (PortForward forward : open) {
            Problem problem = open(forward);
            if (problem != null) {
                problems.put(forward.id(), problem);
            }
        }
        return problems;
    }

    private @Nullable Problem open(PortForward forward) throws SlirpApiException {
        Optional<Problem> foreseen = probe.problem(forward.id());
        if (foreseen.isPresent()) {
            return foreseen.get();
        }
        try {
            api.addHostfwd(forward);
            return null;
        } catch (SlirpApiException e) {
            if (e.kind() != SlirpApiException.Kind.REFUSED) {
                throw e;
            }
            return Problem.retried(Reason.PortFailed, forward.id() + " cannot be opened: " + e.getMessage());
        }
    }
}
