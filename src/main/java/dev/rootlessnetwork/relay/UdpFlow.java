package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.DatagramBatch;
import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.UdpSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one client writes to one of our addresses, and what comes back for it. It has a socket of its own in the guest. Belongs to one
 * worker. Nothing waits: a datagram that is not taken is lost, as anywhere on its way.
 */
final class UdpFlow implements EventLoop.Owner {
    static final int DESCRIPTORS = 1;
    private static final int NOT_WATCHED = -1;

    private final Worker worker;
    private final UdpFlows all;
    private final UdpForward forward;
    private final Destination destination;
    private final SocketAddress client = SocketAddress.empty();
    private final long localHigh;
    private final long localLow;
    private final UdpSocket socket;
    private int key = NOT_WATCHED;
    private int candidate;
    private ReturnRoutes.@Nullable Claim claim;
    private boolean untried = true;
    private boolean answered;
    private boolean closed;

    /** Of {@link FlowTable}. */
    @Nullable
    UdpFlow nextInBucket;

    /** Of {@link FlowList}, as the next two. */
    @Nullable
    FlowList list;

    @Nullable
    UdpFlow earlier;

    @Nullable
    UdpFlow later;

    /** When the last datagram came, from either side. */
    long activeNanoTime;

    /** One that begins. */
    UdpFlow(Worker worker, UdpFlows all, UdpForward forward, SocketAddress client, long localHigh, long localLow) {
        this.worker = worker;
        this.all = all;
        this.forward = forward;
        this.destination = forward.destination();
        this.client.set(client);
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.socket = new UdpSocket();
    }

    /** One of a predecessor. */
    UdpFlow(Worker worker, UdpFlows all, UdpForward forward, FlowState state, UdpSocket socket) {
        this.worker = worker;
        this.all = all;
        this.forward = forward;
        this.destination = new Destination(state.at(), Candidates.at(state.at()), state.port());
        this.client.set(SocketAddress.of(state.client(), state.clientPort()));
        if (!client.isIpv4()) {
            client.setScope(state.scope());
        }
        this.localHigh = state.localHigh();
        this.localLow = state.localLow();
        this.answered = state.answered();
        this.untried = false;
        this.claim = state.keepsSource() ? forward.guest().routing().claim(client, state.port()) : null;
        this.socket = socket;
    }

    FlowState state() {
        return new FlowState(
                client.address(),
                client.port(),
                client.scope(),
                localHigh,
                localLow,
                candidates().get(candidate).address(),
                destination.port(),
                answered,
                claim != null,
                socket.number());
    }

    SocketAddress client() {
        return client;
    }

    long localHigh() {
        return localHigh;
    }

    long localLow() {
        return localLow;
    }

    boolean isAnswered() {
        return answered;
    }

    boolean isOf(SocketAddress peer, long high, long low) {
        return localLow == low && localHigh == high && client.isSame(peer);
    }

    private List<SocketAddress> candidates() {
        return destination.candidates().of(client.isIpv4());
    }

    /** Connects to the next address of the guest that there is a way to; returns 0 or an {@link Errno}. */
    int connect() throws PosixException {
        int result = Errno.CONNECTION_REFUSED;
        for (; candidate < candidates().size(); candidate++) {
            SocketAddress at = candidates().get(candidate);
            result = worker.guestSockets().connect(socket, forward.guest(), source(at), at, destination.port());
            if (result == 0) {
                untried = true;
                watch();
                return 0;
            }
            socket.close();
            if (Errno.isShortage(result)) {
                return result;
            }
        }
        return result;
    }

    private @Nullable SocketAddress source(SocketAddress at) {
        if (!forward.guest().keepsSource(Protocol.UDP, client, at)) {
            return null;
        }
        if (claim == null) {
            claim = forward.guest().routing().claim(client, destination.port());
        }
        if (claim == null) {
            return null;
        }
        SocketAddress source = worker.peer();
        source.set(client);
        source.setPort(claim.clientPort());
        return source;
    }

    /** Lets datagrams of the guest through. */
    void watch() throws PosixException {
        if (key == NOT_WATCHED) {
            key = worker.loop().watchInput(socket, this);
        }
    }

    /** Lets them wait in the socket, which another process may have, too. */
    void unwatch() {
        if (key != NOT_WATCHED) {
            worker.loop().unwatch(socket, key);
            key = NOT_WATCHED;
        }
    }

    /** Sends some of the client's datagrams on; all of them once more where one address refuses them, and another may not. */
    void deliver(DatagramBatch batch, int first, int count) throws PosixException {
        int error = send(batch, first, count);
        while (error != 0 && tryNext()) {
            error = send(batch, first, count);
        }
        if (error != 0) {
            forward.counters().refused.addAndGet(count);
            all.refused(this, error);
        }
    }

    /** Returns 0, or the error by which the guest says that nobody is there. */
    private int send(DatagramBatch batch, int first, int count) {
        int end = first + count;
        int lost = 0;
        long bytes = 0;
        for (int at = first; at < end; ) {
            int sent = batch.sendConnected(socket, at, end - at);
            if (sent > 0) {
                bytes += batch.bytes(at, sent);
                at += sent;
            } else if (isRefusal(sent)) {
                return sent;
            } else {
                // Without room all others are lost, too; else it is this one that is not wanted, such as for its
                // length.
                int unsent = sent == Errno.AGAIN || Errno.isShortage(sent) ? end - at : 1;
                lost += unsent;
                at += unsent;
            }
        }
        if (untried) {
            // Inside one machine a refusal is here before the call returns that sent.
            untried = false;
            int error = socket.takeError();
            if (isRefusal(error)) {
                return error;
            }
        }
        forward.counters().received.addAndGet(bytes);
        if (lost > 0) {
            forward.counters().refused.addAndGet(lost);
        }
        return 0;
    }

    private static boolean isRefusal(int error) {
        return error == Errno.CONNECTION_REFUSED
                || error == Errno.HOST_UNREACHABLE
                || error == Errno.NETWORK_UNREACHABLE;
    }

    /** Only where nobody has ever answered another address may be the right one. */
    private boolean tryNext() throws PosixException {
        if (answered || closed || candidate + 1 >= candidates().size()) {
            return false;
        }
        unwatch();
        socket.close();
        candidate++;
        return connect() == 0;
    }

    /** The guest answers. */
    @Override
    public void ready(int ready) throws PosixException {
        if (closed || key == NOT_WATCHED) {
            return;
        }
        DatagramBatch batch = worker.datagrams();
        for (int turn = 0; turn < UdpFlows.TURNS; turn++) {
            int count = batch.receiveConnected(socket);
            if (count > 0) {
                answered = true;
                all.reply(this, batch, count);
            } else if (isRefusal(count)) {
                forward.counters().refused.incrementAndGet();
                if (!tryNext()) {
                    all.refused(this, count);
                }
                return;
            }
            if (count == Errno.AGAIN || (count > 0 && count < DatagramBatch.CAPACITY)) {
                return;
            }
        }
        worker.loop().again(this);
    }

    /** Ends it. A datagram of its client begins another. */
    void end() {
        if (!closed) {
            closed = true;
            if (socket.isOpen()) {
                unwatch();
                socket.close();
            }
            if (claim != null) {
                forward.guest().routing().release(claim);
            }
            all.ended(this);
        }
    }

    @Override
    public void abandon() {
        end();
    }
}
