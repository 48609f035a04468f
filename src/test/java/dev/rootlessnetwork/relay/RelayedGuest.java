package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A target with the addresses that slirp4netns gives, and event loops that serve ports which lead into it. */
final class RelayedGuest implements AutoCloseable {
    static final String ADDRESS = "10.0.2.100";
    static final String ADDRESS6 = "fd00::100";
    /** Of sockets of a test: long enough for a busy machine. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private final TargetProcess target = TargetProcess.inNetworkNamespace();
    private final Workers workers;
    private final Guest guest;
    private final Deque<Forward> forwards = new ArrayDeque<>();

    RelayedGuest(Workers workers) throws PosixException {
        this.workers = workers;
        List.of(
                        "link set lo up",
                        "tuntap add tap0 mode tap",
                        "link set tap0 up",
                        "address add " + ADDRESS + "/24 dev tap0",
                        "-6 address add " + ADDRESS6 + "/64 dev tap0 nodad",
                        "route add default via 10.0.2.2",
                        "-6 route add default via fd00::2")
                .forEach(command -> target.run(("ip " + command).split(" ", -1)).orFail());
        guest = new Guest(
                "demo/" + target.pid(),
                "demo/web",
                "tap0",
                Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net")),
                null,
                GuestAddresses.parse(ADDRESS, ADDRESS6));
    }

    TargetProcess target() {
        return target;
    }

    Guest guest() {
        return guest;
    }

    Destination at(String guestIp, int port) {
        return guest.destination(InetAddresses.forString(guestIp), port);
    }

    /** A port that is served, and leads to wherever in the guest a server listens. */
    UdpForward udp(String hostIp, int hostPort, int port) throws PosixException {
        ForwardId id = new ForwardId(Protocol.UDP, InetAddresses.forString(hostIp), hostPort);
        UdpForward forward = UdpForward.open(id, guest, at(ADDRESS, port), workers);
        attach(forward);
        return forward;
    }

    void attach(Forward forward) {
        forwards.push(forward);
        workers.onEach(worker -> {
            try {
                forward.attach(worker);
            } catch (PosixException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    void detach(Forward forward) {
        workers.onEach(forward::detach);
    }

    /** A server's socket in the guest. */
    DatagramSocket socket(String address, int port) throws Exception {
        return socket(target, address, port);
    }

    /** A socket in another namespace. */
    static DatagramSocket socket(TargetProcess place, String address, int port) throws Exception {
        try (Fd netns = Fd.openRead(Path.of("/proc/" + place.pid() + "/ns/net"))) {
            return Namespaces.inNetns(netns, () -> hostSocket(address, port));
        }
    }

    /** A socket of this host. */
    static DatagramSocket hostSocket(String address, int port) throws SocketException {
        InetAddress local = InetAddresses.forString(address);
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(local, port));
        socket.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
        return socket;
    }

    /** As it is removed without a time of grace. */
    void close(Forward forward) {
        forward.close();
        detach(forward);
        forward.release();
    }

    @Override
    public void close() {
        forwards.forEach(this::close);
        workers.onEach(worker -> {
            try {
                worker.netns().leave(guest.netns());
            } catch (PosixException e) {
                throw new UncheckedIOException(e);
            }
        });
        guest.close();
        target.close();
    }
}
