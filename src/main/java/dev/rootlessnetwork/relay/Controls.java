package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does what is asked of a relay over one control connection. */
final class Controls implements AutoCloseable {
    private final Relay relay;
    private @Nullable Handover handover;

    /**
     * What all control connections share.
     *
     * @param version of the program
     */
    record Relay(ForwardTable table, TargetWatch targets, Predecessor predecessor, MemoryTrim memory, String version) {}

    Controls(Relay relay) {
        this.relay = relay;
    }

    /**
     * Answers a request.
     *
     * @param descriptors that came with it; ours from now on, unless this throws
     * @throws IOException if it could not be done
     * @throws IllegalArgumentException if it makes no sense
     */
    Answer answer(Request request, List<Fd> descriptors) throws IOException {
        if (request instanceof Request.Attach attach) {
            attach(attach, descriptors);
            return Answer.of(new Reply.Done());
        }
        if (!descriptors.isEmpty()) {
            throw new IllegalArgumentException("descriptors came with a request that takes none");
        }
        if (request instanceof Request.Fetch fetch) {
            return new Answer(new Reply.Done(), requireHandover().descriptors(fetch.first(), fetch.count()));
        }
        return Answer.of(reply(request));
    }

    private Reply reply(Request request) throws IOException {
        if (request instanceof Request.Change change) {
            return change(change);
        }
        if (request instanceof Request.ListPorts list) {
            return new Reply.Networks(networks(list.network()));
        }
        if (request instanceof Request.Count) {
            return new Reply.Counts(counts().stream().map(Reply.Count::of).toList());
        }
        if (request instanceof Request.Detach detach) {
            relay.table().detach(detach.network());
            relay.predecessor().detach(detach.network());
            return new Reply.Done();
        }
        if (request instanceof Request.HandOver) {
            Handover begun = new Handover(relay.table());
            handover = begun;
            return new Reply.HandedOver(begun.estate());
        }
        if (request instanceof Request.Retire) {
            requireHandover().retire();
            return new Reply.Done();
        }
        return new Reply.Welcome(
                RelayServer.PROTOCOL, relay.version(), relay.table().isServing());
    }

    private Handover requireHandover() {
        if (handover == null) {
            throw new IllegalArgumentException("nothing was handed over on this connection");
        }
        return handover;
    }

    private void attach(Request.Attach attach, List<Fd> descriptors) throws IOException {
        if (descriptors.isEmpty() || descriptors.size() > 2) {
            throw new IllegalArgumentException("a network namespace, and at most a process, is to come with attach");
        }
        Guest guest = new Guest(
                attach.network(),
                attach.name(),
                attach.interfaceName(),
                descriptors.get(0),
                descriptors.size() == 2 ? descriptors.get(1) : null,
                GuestAddresses.parse(attach.address(), attach.address6()));
        if (relay.table().attach(guest)) {
            relay.predecessor().detach(attach.network()); // what it still has is of a target of before
            relay.targets().watch(guest);
        }
    }

    private Reply.Changed change(Request.Change change) throws IOException {
        List<PortForward> close = PortRun.forwards(change.close());
        List<ForwardId> ids = close.stream().map(PortForward::id).toList();
        Map<ForwardId, PosixException> failures =
                relay.table().change(change.network(), ids, PortRun.forwards(change.open()));
        relay.predecessor().close(change.network(), close);
        relay.memory().later();
        List<Reply.Unopened> unopened = new ArrayList<>();
        failures.forEach((id, why) -> unopened.add(new Reply.Unopened(
                id.protocol(), InetAddresses.toAddrString(id.hostIp()), id.hostPort(), why.errnoName(), why.words())));
        return new Reply.Changed(unopened);
    }

    private List<Reply.NetworkPorts> networks(@Nullable String network) {
        List<Reply.NetworkPorts> networks = new ArrayList<>();
        relay.table().forEach((guest, forwards) -> {
            if (network == null || network.equals(guest.network())) {
                List<PortForward> keeping = new ArrayList<>();
                List<PortForward> replacing = new ArrayList<>();
                forwards.forEach(forward -> (forward.keepsSource() ? keeping : replacing).add(forward.asPortForward()));
                networks.add(new Reply.NetworkPorts(guest.network(), PortRun.of(keeping), PortRun.of(replacing)));
            }
        });
        return networks;
    }

    /** Of forwards that were used, with what the predecessor still does for them. */
    private Collection<ForwardTraffic> counts() {
        List<ForwardTraffic> all = new ArrayList<>();
        relay.table()
                .forEach((guest, forwards) -> forwards.stream()
                        .filter(forward -> forward.counters().wasUsed())
                        .map(forward -> ForwardTraffic.of(guest.network(), forward.id(), forward.counters()))
                        .forEach(all::add));
        relay.predecessor().count(all);
        Map<List<Object>, ForwardTraffic> sums = new LinkedHashMap<>();
        all.forEach(one -> sums.merge(List.of(one.network(), one.id()), one, ForwardTraffic::plus));
        return sums.values();
    }

    /** The connection has ended. */
    @Override
    public void close() {
        if (handover != null) {
            handover.close();
        }
    }
}
