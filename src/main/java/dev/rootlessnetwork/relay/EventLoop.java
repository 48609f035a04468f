package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Epoll;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Socket;
import dev.rootlessnetwork.posix.TcpListener;
import dev.rootlessnetwork.posix.UdpSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that waits for sockets and lets the owner of a ready one act. What it owns is touched by it alone; other threads hand it
 * tasks. Without traffic it sleeps.
 */
final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long WAKE_UP = -1;
    /** How long to wait before trying again what lacked a descriptor or memory. */
    private static final Duration SHORTAGE_PERIOD = Duration.ofMillis(20);

    private static final Duration IDLE_PERIOD = Duration.ofSeconds(1);

    /** Who has a socket; called by the loop's thread, must not block. */
    interface Owner {
        /** @param ready what {@link Epoll} says of the socket; 0 after {@link EventLoop#again} */
        void ready(int ready) throws PosixException;

        /** A call of {@link #ready} failed in a way that nobody foresaw: everything is to be closed. */
        void abandon();
    }

    private final Epoll epoll = Epoll.open(WAKE_UP);
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<Owner> unfinished = new ArrayDeque<>();
    private final List<@Nullable Owner> owners = new ArrayList<>();
    private final Deque<Integer> freeKeys = new ArrayDeque<>();
    private final List<Integer> releasedKeys = new ArrayList<>();
    private final Ticks shortages = new Ticks(SHORTAGE_PERIOD);
    private final Ticks idleTimes = new Ticks(IDLE_PERIOD);
    private volatile boolean closed;

    /** @param index tells it from the others in the name of its thread */
    EventLoop(int index) throws PosixException {
        thread = new Thread(this::run, "loop-" + index);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                turn();
            }
            epoll.close();
        } catch (PosixException e) {
            throw new IllegalStateException("an event loop cannot go on", e);
        }
    }

    private void turn() throws PosixException {
        int count = epoll.await(timeoutMillis());
        for (int i = 0; i < count; i++) {
            long key = epoll.key(i);
            Owner owner = epoll.isWakeUp(key) ? null : owners.get((int) key);
            if (owner != null) {
                call(owner, epoll.ready(i));
            }
        }
        for (int left = unfinished.size(); left > 0; left--) {
            call(unfinished.remove(), 0);
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        long now = System.nanoTime();
        shortages.run(now);
        idleTimes.run(now);
        // Only now, since the events of this turn may name a key that was released during it.
        freeKeys.addAll(releasedKeys);
        releasedKeys.clear();
    }

    private int timeoutMillis() {
        if (!unfinished.isEmpty() || !tasks.isEmpty()) {
            return 0;
        }
        return shortages.isEmpty() && idleTimes.isEmpty()
                ? -1
                : Math.min(shortages.millisLeft(System.nanoTime()), idleTimes.millisLeft(System.nanoTime()));
    }

    private static void call(Owner owner, int ready) {
        try {
            owner.ready(ready);
        } catch (PosixException | RuntimeException e) {
            LOG.error("Giving a connection up after a fault of the program", e);
            owner.abandon();
        }
    }

    /** How epoll is told of a socket. */
    private interface Registration {
        void as(long key) throws PosixException;
    }

    /** Watches a socket until {@link #release}; tells of what is ready now, too. Returns its key. */
    int watch(Socket socket, Owner owner) throws PosixException {
        return register(owner, key -> epoll.add(socket, key));
    }

    /** Watches a socket for datagrams and errors. */
    int watchInput(UdpSocket socket, Owner owner) throws PosixException {
        return register(owner, key -> epoll.addInput(socket, key));
    }

    /** Watches a listener that other loops watch, too. */
    int watchShared(TcpListener listener, Owner owner) throws PosixException {
        return register(owner, key -> epoll.addShared(listener, key));
    }

    private int register(Owner owner, Registration registration) throws PosixException {
        int key = take(owner);
        try {
            registration.as(key);
            return key;
        } catch (PosixException e) {
            release(key);
            throw e;
        }
    }

    private int take(Owner owner) {
        Integer free = freeKeys.poll();
        if (free == null) {
            owners.add(owner);
            return owners.size() - 1;
        }
        owners.set(free, owner);
        return free;
    }

    /** Forgets an owner, whose socket is being closed. */
    void release(int key) {
        owners.set(key, null);
        releasedKeys.add(key);
    }

    /** Forgets an owner whose socket stays open for others. */
    void unwatch(Socket socket, int key) {
        epoll.remove(socket);
        release(key);
    }

    /** Tells once more of what is ready at a socket now, and when one without room has some. */
    void look(Socket socket, int key) throws PosixException {
        epoll.look(socket, key);
    }

    /** Calls an owner again, after others had their turn. */
    void again(Owner owner) {
        unfinished.add(owner);
    }

    /** Calls again soon, for what cannot be done now for want of descriptors or memory. */
    void afterShortage(Ticks.Tick tick) {
        shortages.add(tick);
    }

    /** Calls about once a second. */
    void everySecond(Ticks.Tick tick) {
        idleTimes.add(tick);
    }

    /** All owners of a kind. */
    <T extends Owner> void forEach(Class<T> kind, Consumer<T> action) {
        for (int i = 0; i < owners.size(); i++) {
            Owner owner = owners.get(i);
            if (kind.isInstance(owner)) {
                action.accept(kind.cast(owner));
            }
        }
    }

    /** Has the loop's thread do something, from any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        try {
            epoll.wakeUp();
        } catch (PosixException e) {
            throw new IllegalStateException("an eventfd can always be written to", e);
        }
    }

    /** The same, to be waited for. */
    CompletableFuture<Void> submit(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Ends the thread after its turn. What it owns is not closed. */
    @Override
    public void close() {
        closed = true;
        execute(() -> {});
    }
}
