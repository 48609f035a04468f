package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.TcpListener;
import dev.rootlessnetwork.posix.UdpSocket;
import java.net.Inet4Address;

/** A port of the host that leads into a guest. */
abstract sealed class Forward permits TcpForward, UdpForward {
    private final ForwardId id;
    private final Guest guest;
    private final Counters counters = new Counters();
    private volatile Destination destination;
    private volatile boolean closed;

    Forward(ForwardId id, Guest guest, Destination destination) {
        this.id = id;
        this.guest = guest;
        this.destination = destination;
    }

    /** A port that a predecessor has opened. */
    static Forward adopt(ForwardId id, Guest guest, Destination destination, Workers workers, Fd socket) {
        return switch (id.protocol()) {
            case TCP -> TcpForward.adopt(id, guest, destination, workers, socket);
            case UDP -> UdpForward.adopt(id, guest, destination, workers, socket);
        };
    }

    /** Opens a port; see {@link TcpListener#open} and {@link UdpSocket#bound} for the errors. */
    static Forward open(ForwardId id, Guest guest, Destination destination, Workers workers) throws PosixException {
        return switch (id.protocol()) {
            case TCP -> TcpForward.open(id, guest, destination, workers);
            case UDP -> UdpForward.open(id, guest, destination, workers);
        };
    }

    final ForwardId id() {
        return id;
    }

    final Guest guest() {
        return guest;
    }

    final Counters counters() {
        return counters;
    }

    final PortForward asPortForward() {
        return new PortForward(id, destination.address(), destination.port());
    }

    /** Whether servers see a client of another host by its own address. */
    final boolean keepsSource() {
        boolean ofIpv4 = id.hostIp() instanceof Inet4Address;
        boolean ofBoth = !ofIpv4 && id.hostIp().isAnyLocalAddress();
        return isForOtherHosts()
                && guest.routing().keeps(id.protocol(), ofIpv4)
                && (!ofBoth || guest.routing().keeps(id.protocol(), true));
    }

    /** Whether clients of other hosts can come. */
    final boolean isForOtherHosts() {
        return !id.hostIp().isLoopbackAddress();
    }

    /** Where new connections are led. */
    final Destination destination() {
        return destination;
    }

    /** Leads new connections elsewhere; those that there are stay. */
    final void lead(Destination elsewhere) {
        destination = elsewhere;
    }

    /** Whether no new client is served any more. */
    final boolean isClosed() {
        return closed;
    }

    /** Leaves the port to a successor, who has it too. */
    final void leave() {
        closed = true;
        release();
    }

    /** Takes no new client from now on; its port is given back by {@link #release}. */
    final void close() {
        closed = true;
        refuse();
    }

    /** Has a worker serve it; called by the worker's thread. */
    abstract void attach(Worker worker) throws PosixException;

    /** The opposite; connections go on. */
    abstract void detach(Worker worker);

    abstract void refuse();

    /** The number of the descriptor of its port. */
    abstract int descriptor();

    /** Closes the port, when all workers are detached. */
    abstract void release();
}
