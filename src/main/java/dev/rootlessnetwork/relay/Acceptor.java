package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Errno;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.TcpSocket;

/** Takes the connections of one forward for one worker. What cannot be taken now waits in the kernel, and is not lost. */
final class Acceptor implements EventLoop.Owner {
    /**
     * So many in a row, then others have their turn. Few, since a connection that was taken is served later the more are taken with it:
     * measured with 32 clients, the 99th percentile is a tenth shorter than with 16.
     */
    private static final int BATCH = 2;
    /**
     * A worker with so many connections more than another gives new ones to that. Fewer would come and go by themselves, and waking the
     * other costs more than it brings.
     */
    private static final int IMBALANCE = 8;
    /** Of a connection: the client's side and the guest's. */
    static final int DESCRIPTORS = 2;

    private final Worker worker;
    private final TcpForward forward;
    private final int key;
    private TcpSocket spare = new TcpSocket();
    private boolean waiting;

    /** Begins to take connections; called by the worker's thread. */
    Acceptor(Worker worker, TcpForward forward) throws PosixException {
        this.worker = worker;
        this.forward = forward;
        this.key = worker.loop().watchShared(forward.listener(), this);
    }

    /** Takes none any more. */
    void stop() {
        worker.loop().unwatch(forward.listener(), key);
    }

    @Override
    public void ready(int ready) {
        if (waiting || forward.isClosed()) {
            return;
        }
        for (int i = 0; i < BATCH; i++) {
            if (worker.isShort()) {
                waitFor(Refusal.OUT_OF_DESCRIPTORS);
                return;
            }
            if (!worker.all().capacity().tryTake(forward.guest().descriptors(), DESCRIPTORS)) {
                waitFor(Refusal.TOO_MANY_CONNECTIONS);
                return;
            }
            int result = spare.accept(forward.listener());
            if (result == 0) {
                pass(spare);
                spare = new TcpSocket();
                continue;
            }
            worker.all().capacity().giveBack(forward.guest().descriptors(), DESCRIPTORS);
            if (result == Errno.AGAIN) {
                return;
            }
            if (Errno.isShortage(result)) {
                waitFor(Refusal.OUT_OF_DESCRIPTORS);
                return;
            }
            // Else this connection has ended before it was taken; see accept(2), "Error handling".
        }
        worker.loop().again(this);
    }

    private void waitFor(Refusal why) {
        forward.guest().refusals().note(why, forward);
        waiting = true;
        worker.loop().afterShortage(nanoTime -> {
            waiting = false;
            ready(0);
            return false;
        });
    }

    private void pass(TcpSocket client) {
        Worker idlest = worker.all().idlest();
        if (worker.streams() - idlest.streams() < IMBALANCE) {
            new Stream(worker, forward, client).start();
        } else {
            idlest.loop().execute(() -> new Stream(idlest, forward, client).start());
        }
    }

    /** Nothing of the forward's is in danger: it goes on. */
    @Override
    public void abandon() {
        worker.loop().again(this);
    }
}
