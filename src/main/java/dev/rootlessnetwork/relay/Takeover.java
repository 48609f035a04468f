package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.UdpSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the ports of a running relay over, without a moment in which they are closed. The connections that it has stay its own. */
final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Wire wire;
    private final Workers workers;
    private final Queue<Fd> fetched = new ArrayDeque<>();
    private int next;

    private Takeover(Wire wire, Workers workers) {
        this.wire = wire;
        this.workers = workers;
    }

    /**
     * Blocks until all is taken over.
     *
     * @param predecessor its control socket
     * @return what it has counted until now
     * @throws IOException if that fails; the predecessor serves on then
     */
    static List<ForwardTraffic> from(Path predecessor, ForwardTable table, TargetWatch targets, Workers workers)
            throws IOException {
        try (Wire wire = Wire.connect(predecessor, DEADLINE)) {
            Takeover takeover = new Takeover(wire, workers);
            Estate estate = takeover.call(new Request.HandOver(), Reply.HandedOver.class)
                    .estate();
            for (Estate.OfNetwork network : estate.networks()) {
                takeover.adopt(network, table, targets);
            }
            // Without connections it ends as soon as it has retired.
            List<Reply.Count> counted =
                    takeover.call(new Request.Count(), Reply.Counts.class).counts();
            takeover.call(new Request.Retire(), Reply.Done.class);
            LOG.info(
                    "Took the ports of another relay over socket={} networks={}",
                    predecessor,
                    estate.networks().size());
            return counted.stream().map(Reply.Count::traffic).toList();
        }
    }

    private void adopt(Estate.OfNetwork network, ForwardTable table, TargetWatch targets) throws IOException {
        Fd netns = fetch();
        Guest guest = new Guest(
                network.network(),
                network.name(),
                network.interfaceName(),
                netns,
                network.hasProcess() ? fetch() : null,
                GuestAddresses.parse(network.address(), network.address6()));
        List<Forward> forwards = new ArrayList<>();
        for (PortForward forward : PortRun.forwards(network.forwards())) {
            Destination destination = guest.destination(forward.guestIp(), forward.guestPort());
            forwards.add(Forward.adopt(forward.id(), guest, destination, workers, fetch()));
        }
        Map<ForwardId, Forward> byId = new HashMap<>();
        forwards.forEach(forward -> byId.put(forward.id(), forward));
        for (Estate.Flow flow : network.flows()) {
            UdpSocket socket = UdpSocket.received(fetch());
            if (byId.get(flow.id()) instanceof UdpForward udp) {
                udp.adopt(flow.state(socket.number()), socket);
            } else {
                socket.close();
            }
        }
        table.adopt(guest, forwards);
        targets.watch(guest);
    }

    private Fd fetch() throws IOException {
        if (fetched.isEmpty()) {
            call(new Request.Fetch(next, Wire.MOST_DESCRIPTORS), Reply.Done.class);
            fetched.addAll(wire.takeReceived());
            next += fetched.size();
        }
        Fd descriptor = fetched.poll();
        if (descriptor == null) {
            throw new IOException("the relay that is being taken over has passed too few descriptors: " + next);
        }
        return descriptor;
    }

    private <R extends Reply> R call(Request request, Class<R> expected) throws IOException {
        wire.send(request);
        Reply reply = wire.receive(Reply.class);
        if (!expected.isInstance(reply)) {
            throw new IOException("the relay that is to be taken over refuses: " + reply);
        }
        return expected.cast(reply);
    }
}
