package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.DatagramBatch;
import dev.rootlessnetwork.posix.Epoll;
import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.UdpSocket;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The flows of one UDP forward, and the socket that their clients write to. Belongs to one worker. */
final class UdpFlows implements EventLoop.Owner {
    /** So many batches in a row, then others have their turn. */
    static final int TURNS = 4;
    /**
     * A forward may have up to so many times as many flows as there are descriptors free. That is less than its guest may have, see
     * {@link Capacity}: a port that is flooded leaves room for the other ports.
     */
    private static final int SHARE = 4;
    /** After nobody was there, new clients are not tried for so long: each costs a few sockets. */
    private static final long REFUSED_NANOS = Duration.ofMillis(20).toNanos();

    private static final int NOT_WATCHED = -1;

    private final Worker worker;
    private final UdpForward forward;
    private final UdpSocket listener;
    private final boolean ipv6;
    private final long idleNanos;
    private final FlowTable table = new FlowTable();
    private final FlowList unanswered = new FlowList();
    private final FlowList answered = new FlowList();
    private int key = NOT_WATCHED;
    private boolean ticking;
    private @Nullable Destination refusedBy;
    private long refusedUntilNanoTime;

    UdpFlows(Worker worker, UdpForward forward, UdpSocket listener, Duration idleTimeout) {
        this.worker = worker;
        this.forward = forward;
        this.listener = listener;
        this.ipv6 = forward.id().hostIp() instanceof Inet6Address;
        this.idleNanos = idleTimeout.toNanos();
    }

    void watch() throws PosixException {
        if (key == NOT_WATCHED) {
            key = worker.loop().watchInput(listener, this);
        }
        for (UdpFlow flow : table.all()) {
            flow.watch();
        }
    }

    void unwatch() {
        if (key != NOT_WATCHED) {
            worker.loop().unwatch(listener, key);
            key = NOT_WATCHED;
        }
    }

    /** Ends the flows, and gives the port back. */
    void close() {
        table.all().forEach(UdpFlow::end);
        if (listener.isOpen()) {
            unwatch();
            listener.close();
        }
    }

    List<FlowState> export() {
        List<UdpFlow> all = table.all();
        all.forEach(UdpFlow::unwatch);
        return all.stream().map(UdpFlow::state).toList();
    }

    void adopt(FlowState state, UdpSocket socket) {
        UdpFlow flow = new UdpFlow(worker, this, forward, state, socket);
        boolean room = worker.all().capacity().tryTake(forward.guest().descriptors(), UdpFlow.DESCRIPTORS);
        if (!room) {
            socket.close();
            return;
        }
        begin(flow, System.nanoTime());
        try {
            flow.watch();
        } catch (PosixException e) {
            flow.end();
        }
    }

    /** Clients write. */
    @Override
    public void ready(int ready) throws PosixException {
        if ((ready & Epoll.ERROR) != 0) {
            takeErrors();
        }
        DatagramBatch batch = worker.datagrams();
        for (int turn = 0; turn < TURNS && key != NOT_WATCHED; turn++) {
            int count = batch.receive(listener);
            if (count > 0) {
                deliver(batch, count);
            } else if (count != Errno.AGAIN) {
                takeErrors();
            }
            if (count == Errno.AGAIN || (count > 0 && count < DatagramBatch.CAPACITY)) {
                return;
            }
        }
        if (key != NOT_WATCHED) {
            worker.loop().again(this);
        }
    }

    /** Sends on what has come, each run of one flow by one call. */
    private void deliver(DatagramBatch batch, int count) throws PosixException {
        long now = System.nanoTime();
        for (int first = 0; first < count; ) {
            SocketAddress client = batch.peer(first);
            long localHigh = batch.localHigh(first);
            long localLow = batch.localLow(first);
            int end = first + 1;
            while (end < count
                    && batch.localLow(end) == localLow
                    && batch.localHigh(end) == localHigh
                    && batch.peer(end).isSame(client)) {
                end++;
            }
            UdpFlow flow = table.find(client, localHigh, localLow);
            if (flow == null) {
                flow = begin(client, localHigh, localLow, now);
            }
            if (flow == null) {
                forward.counters().refused.addAndGet(end - first);
            } else {
                touch(flow, now);
                flow.deliver(batch, first, end - first);
            }
            first = end;
        }
    }

    private @Nullable UdpFlow begin(SocketAddress client, long localHigh, long localLow, long now)
            throws PosixException {
        boolean refusedJustNow = forward.destination().equals(refusedBy) && now - refusedUntilNanoTime < 0;
        if (forward.isClosed() || refusedJustNow) {
            return null;
        }
        if (!makeRoom()) {
            forward.guest().refusals().note(Refusal.TOO_MANY_FLOWS, forward);
            return null;
        }
        UdpFlow flow = new UdpFlow(worker, this, forward, client, localHigh, localLow);
        begin(flow, now);
        forward.counters().total.incrementAndGet();
        int error = flow.connect();
        if (error == 0) {
            return flow;
        }
        refused(flow, error);
        return null;
    }

    private void begin(UdpFlow flow, long now) {
        table.add(flow);
        flow.activeNanoTime = now;
        (flow.isAnswered() ? answered : unanswered).add(flow);
        worker.countStreams(1);
        forward.counters().open.incrementAndGet();
        if (!ticking) {
            ticking = true;
            worker.loop().everySecond(this::endIdle);
        }
    }

    /** Where there is none, that of the flow which has waited for an answer for longest: in a flood it is part of it. */
    private boolean makeRoom() {
        Capacity capacity = worker.all().capacity();
        boolean inShare = table.size() < (long) SHARE * capacity.free();
        if (inShare && capacity.tryTake(forward.guest().descriptors(), UdpFlow.DESCRIPTORS)) {
            return true;
        }
        UdpFlow oldest = unanswered.first();
        if (oldest == null) {
            return false;
        }
        oldest.end();
        return capacity.tryTake(forward.guest().descriptors(), UdpFlow.DESCRIPTORS);
    }

    private void touch(UdpFlow flow, long now) {
        flow.activeNanoTime = now;
        if (flow.list != null) {
            flow.list.touch(flow);
        }
    }

    /** Sends what the guest answered to the flow's client, from the address that it writes to. */
    void reply(UdpFlow flow, DatagramBatch batch, int count) {
        if (flow.list == unanswered) {
            unanswered.remove(flow);
            answered.add(flow);
        }
        touch(flow, System.nanoTime());
        long bytes = 0;
        boolean again = false;
        for (int at = 0; at < count; ) {
            int sent = batch.sendTo(listener, ipv6, at, count - at, flow.client(), flow.localHigh(), flow.localLow());
            if (sent > 0) {
                bytes += batch.bytes(at, sent);
                at += sent;
                again = false;
            } else if (sent == Errno.AGAIN) {
                break;
            } else if (again) {
                at++; // this one cannot be sent
                again = false;
            } else {
                again = true; // the error may have been one that another client's datagram has come back with
            }
        }
        forward.counters().sent.addAndGet(bytes);
    }

    /** A client has gone, or the way to it: that ends what it has here. */
    private void takeErrors() {
        SocketAddress client = worker.peer();
        for (int error = listener.takeErrorOf(client); error != 0; error = listener.takeErrorOf(client)) {
            if (error != Errno.MESSAGE_TOO_LONG) { // next time it is fragmented
                table.of(client).forEach(UdpFlow::end);
            }
        }
    }

    /** Nobody is there for a flow. */
    void refused(UdpFlow flow, int error) {
        forward.guest().refusals().note(reason(error), forward);
        if (!flow.isAnswered() && !Errno.isShortage(error)) {
            refusedBy = forward.destination();
            refusedUntilNanoTime = System.nanoTime() + REFUSED_NANOS;
        }
        flow.end();
    }

    private static Refusal reason(int error) {
        if (Errno.isShortage(error)) {
            return Refusal.OUT_OF_DESCRIPTORS;
        }
        return error == Errno.CONNECTION_REFUSED ? Refusal.NOBODY_LISTENS : Refusal.UNREACHABLE;
    }

    private boolean endIdle(long nanoTime) {
        endIdle(unanswered, nanoTime);
        endIdle(answered, nanoTime);
        ticking = table.size() > 0;
        return ticking;
    }

    private void endIdle(FlowList flows, long nanoTime) {
        for (UdpFlow flow = flows.first();
                flow != null && nanoTime - flow.activeNanoTime >= idleNanos;
                flow = flows.first()) {
            flow.end();
        }
    }

    /** A flow has ended. */
    void ended(UdpFlow flow) {
        table.remove(flow);
        if (flow.list != null) {
            flow.list.remove(flow);
        }
        worker.countStreams(-1);
        worker.all().capacity().giveBack(forward.guest().descriptors(), UdpFlow.DESCRIPTORS);
        forward.counters().open.decrementAndGet();
    }

    @Override
    public void abandon() {
        worker.loop().again(this);
    }
}
