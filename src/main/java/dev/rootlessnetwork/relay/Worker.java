package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.DatagramBatch;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.ThreadNetns;
import org.jspecify.annotations.Nullable;

/** An event loop with what its thread works with. */
final class Worker {
    private final int index;
    private final Workers all;
    private final EventLoop loop;
    private final Pipes pipes = new Pipes();
    private final ThreadNetns netns = new ThreadNetns();
    private final GuestSockets guestSockets = new GuestSockets(netns);
    private @Nullable DatagramBatch datagrams;
    private final SocketAddress peer = SocketAddress.empty();
    private int waiting;
    private volatile int streams;

    Worker(int index, Workers all) throws PosixException {
        this.index = index;
        this.all = all;
        this.loop = new EventLoop(index);
    }

    int index() {
        return index;
    }

    Workers all() {
        return all;
    }

    EventLoop loop() {
        return loop;
    }

    Pipes pipes() {
        return pipes;
    }

    ThreadNetns netns() {
        return netns;
    }

    GuestSockets guestSockets() {
        return guestSockets;
    }

    /** For datagrams that are sent on before the owner's turn is over. */
    DatagramBatch datagrams() {
        if (datagrams == null) {
            datagrams = new DatagramBatch();
        }
        return datagrams;
    }

    /** For an address that is needed for the length of a call. */
    SocketAddress peer() {
        return peer;
    }

    /** Notes a connection that waits for a descriptor, or the opposite. */
    void countWaiting(int more) {
        waiting += more;
    }

    /** Whether a connection waits for a descriptor, so that no other may take one before. */
    boolean isShort() {
        return waiting > 0;
    }

    /** How many connections and flows it has; told to other threads a little late. */
    int streams() {
        return streams;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread, read by others
    void countStreams(int more) {
        streams += more;
    }
}
