package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does what is asked of a relay. Thread-safe. */
final class Controls {
    private final ForwardTable table;
    private final Reply.Welcome welcome;
    private final TargetWatch targets;

    /** @param welcome which relay this is */
    Controls(ForwardTable table, TargetWatch targets, Reply.Welcome welcome) {
        this.table = table;
        this.targets = targets;
        this.welcome = welcome;
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
        if (request instanceof Request.Change change) {
            return Answer.of(change(change));
        }
        if (request instanceof Request.ListPorts list) {
            return Answer.of(new Reply.Networks(networks(list.network())));
        }
        if (request instanceof Request.Count) {
            return Answer.of(new Reply.Counts(counts()));
        }
        if (request instanceof Request.Detach detach) {
            table.detach(detach.network());
            return Answer.of(new Reply.Done());
        }
        return Answer.of(welcome);
    }

    private void attach(Request.Attach attach, List<Fd> descriptors) throws IOException {
        if (descriptors.isEmpty() || descriptors.size() > 2) {
            throw new IllegalArgumentException("a network namespace, and at most a process, is to come with attach");
        }
        Fd process = descriptors.size() == 2 ? descriptors.get(1) : null;
        Guest guest = new Guest(attach.network(), attach.name(), descriptors.get(0), process, addresses(attach));
        if (table.attach(guest)) {
            targets.watch(guest);
        }
    }

    private static GuestAddresses addresses(Request.Attach attach) {
        String ipv6 = attach.address6();
        return new GuestAddresses(
                (Inet4Address) InetAddresses.forString(attach.address()),
                ipv6 == null ? null : (Inet6Address) InetAddresses.forString(ipv6));
    }

    private Reply.Changed change(Request.Change change) {
        List<ForwardId> close =
                PortRun.forwards(change.close()).stream().map(PortForward::id).toList();
        Map<ForwardId, PosixException> failures =
                table.change(change.network(), close, PortRun.forwards(change.open()));
        List<Reply.Unopened> unopened = new ArrayList<>();
        failures.forEach((id, why) -> unopened.add(new Reply.Unopened(
                id.protocol(), InetAddresses.toAddrString(id.hostIp()), id.hostPort(), why.errnoName(), why.words())));
        return new Reply.Changed(unopened);
    }

    private List<Reply.NetworkPorts> networks(@Nullable String network) {
        List<Reply.NetworkPorts> networks = new ArrayList<>();
        table.forEach((guest, forwards) -> {
            if (network == null || network.equals(guest.network())) {
                List<PortForward> keeping = new ArrayList<>();
                List<PortForward> replacing = new ArrayList<>();
                forwards.forEach(forward -> (forward.keepsSource() ? keeping : replacing).add(forward.asPortForward()));
                networks.add(new Reply.NetworkPorts(guest.network(), PortRun.of(keeping), PortRun.of(replacing)));
            }
        });
        return networks;
    }

    private List<Reply.ForwardCount> counts() {
        List<Reply.ForwardCount> counts = new ArrayList<>();
        table.forEach((guest, forwards) -> forwards.forEach(forward -> {
            Counters counters = forward.counters();
            if (counters.total.get() > 0 || counters.refused.get() > 0) {
                counts.add(count(guest, forward.id(), counters));
            }
        }));
        return counts;
    }

    private static Reply.ForwardCount count(Guest guest, ForwardId id, Counters counters) {
        return new Reply.ForwardCount(
                guest.network(),
                id.protocol(),
                InetAddresses.toAddrString(id.hostIp()),
                id.hostPort(),
                counters.open.get(),
                counters.total.get(),
                counters.received.get(),
                counters.sent.get(),
                counters.refused.get());
    }
}
