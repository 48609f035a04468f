package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Epoll;
import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketAddress;
import dev.rootlessnetwork.posix.SplicePipe;
import dev.rootlessnetwork.posix.TcpSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection of a client, led on into a guest. Each side's end and each reset is passed on to the other. Belongs to one worker.
 */
final class Stream {
    private static final int CHUNK = 1 << 20;
    /** So much in one piece comes of a transfer only. */
    private static final int LARGE = 64 << 10;

    /** So much in a row, then others have their turn. */
    private static final int TURN = 4 << 20;

    private final Worker worker;
    private final TcpForward forward;
    private final Destination destination;
    private final StreamEnd client;
    private final StreamEnd guest = new StreamEnd(this, new TcpSocket());
    private int candidate;
    private boolean clientIsLocal;
    private boolean large;
    private boolean connected;
    private boolean closed;

    Stream(Worker worker, TcpForward forward, TcpSocket client) {
        this.worker = worker;
        this.forward = forward;
        this.destination = forward.destination();
        this.client = new StreamEnd(this, client);
        worker.countStreams(1);
        forward.counters().open.incrementAndGet();
        forward.counters().total.incrementAndGet();
    }

    TcpForward forward() {
        return forward;
    }

    void start() {
        if (forward.isClosed()) {
            reset(); // since it was taken
            return;
        }
        try {
            client.key = worker.loop().watch(client.socket, client);
            connect();
        } catch (PosixException e) {
            forward.guest().refusals().note(Refusal.UNREACHABLE, forward);
            reset();
        }
    }

    /** Tries one address of the guest after the other, until one is not refused at once. */
    private void connect() throws PosixException {
        SocketAddress peer = worker.peer();
        int result = Errno.CONNECTION_REFUSED;
        while (!closed) {
            if (client.socket.peer(peer) < 0) {
                reset(); // it has gone meanwhile
                return;
            }
            clientIsLocal = peer.isLoopback();
            List<SocketAddress> candidates = destination.candidates().of(peer.isIpv4());
            if (candidate == candidates.size()) {
                refuse(result);
                return;
            }
            SocketAddress at = candidates.get(candidate);
            boolean keepsSource = forward.guest().keepsSource(Protocol.TCP, peer, at);
            result = worker.guestSockets()
                    .connect(guest.socket, forward.guest(), keepsSource ? peer : null, at, destination.port());
            if (result == 0) {
                guest.key = worker.loop().watch(guest.socket, guest);
                begin();
                return;
            }
            if (Errno.isPending(result)) {
                guest.key = worker.loop().watch(guest.socket, guest);
                return;
            }
            guest.socket.close();
            if (Errno.isShortage(result)) {
                connectLater();
                return;
            }
            candidate++;
        }
    }

    private void connectLater() {
        forward.guest().refusals().note(Refusal.OUT_OF_DESCRIPTORS, forward);
        worker.countWaiting(1);
        worker.loop().afterShortage(nanoTime -> {
            worker.countWaiting(-1);
            try {
                connect();
            } catch (PosixException e) {
                reset();
            }
            return false;
        });
    }

    private void refuse(int error) {
        Refusal why = error == Errno.CONNECTION_REFUSED ? Refusal.NOBODY_LISTENS : Refusal.UNREACHABLE;
        forward.counters().refused.incrementAndGet();
        forward.guest().refusals().note(why, forward);
        reset();
    }

    /** The guest has taken the connection; what the client has sent is probably here already. */
    private void begin() throws PosixException {
        connected = true;
        client.readable = true;
        move(client, guest, forward.counters().received);
    }

    /** One of the sides is ready. */
    void ready(StreamEnd end, int ready) throws PosixException {
        if (closed) {
            return;
        }
        int ending = Epoll.PEER_SENDS_NO_MORE | Epoll.HANG_UP | Epoll.ERROR;
        end.readable |= (ready & (Epoll.READABLE | ending)) != 0;
        end.endInSight |= (ready & ending) != 0;
        if (!connected) {
            readyEarly(end, ready);
            return;
        }
        move(client, guest, forward.counters().received);
        if (!closed) {
            move(guest, client, forward.counters().sent);
        }
        if (!closed && (ready & Epoll.ERROR) != 0) {
            reset();
        }
    }

    private void readyEarly(StreamEnd end, int ready) throws PosixException {
        if (end == client) {
            if ((ready & Epoll.ERROR) != 0) {
                reset();
            }
            return;
        }
        if ((ready & (Epoll.ERROR | Epoll.HANG_UP)) != 0) {
            int error = guest.socket.takeError();
            worker.loop().release(guest.key);
            guest.socket.close();
            candidate++;
            connectAfter(error);
        } else if ((ready & Epoll.WRITABLE) != 0) {
            begin();
        }
    }

    private void connectAfter(int error) throws PosixException {
        if (error == Errno.CONNECTION_REFUSED) {
            guest.readable = false;
            guest.endInSight = false;
            connect();
        } else {
            refuse(error);
        }
    }

    /** Moves bytes as long as there are some and the other side takes them. */
    private void move(StreamEnd from, StreamEnd to, AtomicLong counter) throws PosixException {
        int moved = 0;
        while (!from.ended) {
            if (from.stuck != null && !unstick(from, from.stuck, to, counter)) {
                return;
            }
            if (!from.readable) {
                return;
            }
            if (moved >= TURN) {
                worker.loop().again(from);
                return;
            }
            SplicePipe pipe = worker.pipes().take();
            int room = Math.min(CHUNK, pipe.room(to.socket));
            int count = room == 0 ? 0 : pipe.fill(from.socket, room);
            if (count > 0) {
                int sent = pipe.drain(to.socket);
                moved += count;
                if (sent == count) {
                    worker.pipes().giveBack(pipe);
                    counter.addAndGet(count);
                    if (count >= LARGE && !large) {
                        becomeLarge();
                    }
                    // Fewer than asked for, and the pipe cannot have run out of slots: there was no more.
                    from.readable = count == room || count >= SplicePipe.SLOTS || from.endInSight;
                    continue;
                }
                from.stuck = pipe;
                counter.addAndGet(Math.max(sent, 0));
                if (sent >= 0 || sent == Errno.AGAIN) {
                    worker.loop().look(to.socket, to.key);
                } else {
                    reset();
                }
                return;
            }
            worker.pipes().giveBack(pipe);
            if (room == 0) {
                worker.loop().look(to.socket, to.key);
                return;
            }
            stopped(from, to, count);
        }
    }

    /** Much is on its way. Most connections never get here, and are spared the calls. */
    private void becomeLarge() {
        large = true;
        guest.socket.keepBuffersSmall();
        if (clientIsLocal) {
            client.socket.keepBuffersSmall();
        }
    }

    private boolean unstick(StreamEnd from, SplicePipe pipe, StreamEnd to, AtomicLong counter) {
        int sent = pipe.drain(to.socket);
        if (sent < 0 && sent != Errno.AGAIN) {
            reset();
            return false;
        }
        counter.addAndGet(Math.max(sent, 0));
        if (pipe.content() > 0) {
            return false;
        }
        worker.pipes().giveBack(pipe);
        from.stuck = null;
        return true;
    }

    /** Nothing came: the end, nothing yet, or an error. */
    private void stopped(StreamEnd from, StreamEnd to, int result) {
        from.readable = false;
        if (result == 0) {
            from.ended = true;
            to.socket.shutdownWrite();
            if (to.ended) {
                close();
            }
        } else if (result != Errno.AGAIN) {
            reset();
        }
    }

    private void close() {
        if (!closed) {
            end();
            client.socket.close();
            guest.socket.close();
        }
    }

    /** Ends it such that both sides see a reset. */
    void reset() {
        if (!closed) {
            end();
            client.socket.reset();
            guest.socket.reset();
        }
    }

    private void end() {
        closed = true;
        release(client);
        release(guest);
        worker.countStreams(-1);
        worker.all().capacity().giveBack(forward.guest().descriptors(), Acceptor.DESCRIPTORS);
        forward.counters().open.decrementAndGet();
    }

    private void release(StreamEnd end) {
        if (end.key >= 0 && end.socket.isOpen()) {
            worker.loop().release(end.key);
        }
        if (end.stuck != null) {
            end.stuck.close();
            end.stuck = null;
        }
    }
}
