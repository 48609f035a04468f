package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Poller;
import dev.rootlessnetwork.posix.PosixException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that waits for the ends of all processes we care for, and for changes of mounts; it costs nothing meanwhile. */
final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final Poller poller;
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicLong lastKey = new AtomicLong();
    private final Thread thread = new Thread(this::watch, "supervisor");
    private volatile boolean closed;

    private Supervisor(Poller poller) {
        this.poller = poller;
        thread.setDaemon(true);
    }

    static Supervisor start() throws PosixException {
        Supervisor supervisor = new Supervisor(Poller.open());
        supervisor.thread.start();
        return supervisor;
    }

    /** A descriptor being watched; closing ends that, and leaves the descriptor open. */
    final class Watch implements AutoCloseable {
        private final long key;
        private final Fd fd;
        private final Runnable onReady;
        private final boolean once;

        private Watch(long key, Fd fd, Runnable onReady, boolean once) {
            this.key = key;
            this.fd = fd;
            this.onReady = onReady;
            this.once = once;
        }

        @Override
        public void close() {
            if (watches.remove(key) != null) {
                try {
                    poller.remove(fd);
                } catch (PosixException e) {
                    LOG.debug("Descriptor was not watched any more error={}", e.getMessage());
                }
            }
        }
    }

    /**
     * Calls back once, when a pidfd's process has ended.
     *
     * @param onReady runs on the supervisor's thread and must not block
     */
    Watch onExit(Fd pidfd, Runnable onReady) throws PosixException {
        return add(new Watch(lastKey.incrementAndGet(), pidfd, onReady, true), Poller.Interest.INPUT);
    }

    /**
     * Calls back each time when something was mounted or unmounted.
     *
     * @param mountinfo /proc/self/mountinfo
     * @param onChange runs on the supervisor's thread and must not block
     */
    Watch onMountChange(Fd mountinfo, Runnable onChange) throws PosixException {
        return add(new Watch(lastKey.incrementAndGet(), mountinfo, onChange, false), Poller.Interest.EXCEPTION);
    }

    private Watch add(Watch watch, Poller.Interest interest) throws PosixException {
        watches.put(watch.key, watch);
        try {
            poller.add(watch.fd, watch.key, interest);
        } catch (PosixException e) {
            watches.remove(watch.key);
            throw e;
        }
        return watch;
    }

    private void watch() {
        while (!closed) {
            try {
                for (long key : poller.await(null)) {
                    Watch watch = watches.get(key);
                    if (watch != null) {
                        if (watch.once) {
                            watch.close();
                        }
                        call(watch.onReady);
                    }
                }
            } catch (PosixException e) {
                if (!closed) {
                    LOG.error("Watching processes failed; their ends will be noticed late error={}", e.getMessage());
                }
                return;
            }
        }
    }

    /** One that fails must not end the supervision of all others. */
    private static void call(Runnable onReady) {
        try {
            onReady.run();
        } catch (RuntimeException e) {
            LOG.error("This is a fault of the program, please report it", e);
        }
    }

    @Override
    public void close() throws PosixException {
        closed = true;
        poller.wakeUp();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poller.close();
    }
}
