package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.TcpListener;
import org.jspecify.annotations.Nullable;

/** A forwarded TCP port. All workers wait for its connections; the one that the kernel wakes takes them. */
final class TcpForward extends Forward {
    /** The kernel's own default limit, net.core.somaxconn. */
    private static final int BACKLOG = 4096;

    private final TcpListener listener;
    private final @Nullable Acceptor[] acceptors;

    private TcpForward(ForwardId id, Guest guest, Destination destination, TcpListener listener, int workers) {
        super(id, guest, destination);
        this.listener = listener;
        this.acceptors = new Acceptor[workers];
    }

    /** Opens the port; see {@link TcpListener#open} for the errors. */
    static TcpForward open(ForwardId id, Guest guest, Destination destination, Workers workers) throws PosixException {
        TcpListener listener = TcpListener.open(id.hostIp(), id.hostPort(), BACKLOG);
        return new TcpForward(id, guest, destination, listener, workers.count());
    }

    /** A port that a predecessor has opened. */
    static TcpForward adopt(ForwardId id, Guest guest, Destination destination, Workers workers, Fd listener) {
        return new TcpForward(id, guest, destination, TcpListener.received(listener), workers.count());
    }

    TcpListener listener() {
        return listener;
    }

    @Override
    void attach(Worker worker) throws PosixException {
        acceptors[worker.index()] = new Acceptor(worker, this);
    }

    @Override
    void detach(Worker worker) {
        Acceptor acceptor = acceptors[worker.index()];
        if (acceptor != null) {
            acceptor.stop();
            acceptors[worker.index()] = null;
        }
    }

    @Override
    void refuse() {
        listener.refuse();
    }

    @Override
    int descriptor() {
        return listener.number();
    }

    @Override
    void release() {
        listener.close();
    }
}
