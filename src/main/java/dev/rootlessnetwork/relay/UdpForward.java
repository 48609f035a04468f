package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.UdpSocket;
import java.util.ArrayList;
import java.util.List;

/** A forwarded UDP port. One worker has it with all its flows, so that they need no locks; the ports are dealt out in turn. */
final class UdpForward extends Forward {
    private final Worker worker;
    private final UdpSocket listener;
    private final UdpFlows flows;

    private UdpForward(ForwardId id, Guest guest, Destination destination, Workers workers, UdpSocket listener) {
        super(id, guest, destination);
        this.worker = workers.nextForUdp();
        this.listener = listener;
        this.flows = new UdpFlows(worker, this, listener, workers.udpIdleTimeout());
    }

    /** Opens the port; see {@link UdpSocket#bound} for the errors. */
    static UdpForward open(ForwardId id, Guest guest, Destination destination, Workers workers) throws PosixException {
        return new UdpForward(id, guest, destination, workers, UdpSocket.bound(id.hostIp(), id.hostPort()));
    }

    /** A port that a predecessor has opened; its flows may follow by {@link #adopt(FlowState, UdpSocket)}. */
    static UdpForward adopt(ForwardId id, Guest guest, Destination destination, Workers workers, Fd listener) {
        return new UdpForward(id, guest, destination, workers, UdpSocket.received(listener));
    }

    @Override
    void attach(Worker one) throws PosixException {
        if (one == worker) {
            flows.watch();
        }
    }

    /** A closed one ends with its flows: there is no connection that could have an end of its own, and the port is free for others. */
    @Override
    void detach(Worker one) {
        if (one == worker) {
            if (isClosed()) {
                flows.close();
            } else {
                flows.unwatch();
            }
        }
    }

    /**
     * All flows, for a successor. They rest from now on, until {@link #attach} or {@link #release}: what comes waits in their sockets.
     * Called after {@link #detach}; waits for the worker.
     */
    List<FlowState> export() {
        List<FlowState> states = new ArrayList<>();
        worker.loop().submit(() -> states.addAll(flows.export())).join();
        return states;
    }

    /** Takes over a flow of a predecessor, before or after {@link #attach}. Waits for the worker. */
    void adopt(FlowState state, UdpSocket guestSocket) {
        worker.loop().submit(() -> flows.adopt(state, guestSocket)).join();
    }

    /** The host does, as soon as the port is given back. */
    @Override
    void refuse() {}

    @Override
    int descriptor() {
        return listener.number();
    }

    /** Of a port that is left to a successor, flows end here: what their clients write goes to the successor. */
    @Override
    void release() {
        worker.loop().execute(flows::close);
    }
}
