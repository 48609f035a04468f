package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Poller;
import dev.rootlessnetwork.posix.PosixException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices by itself that a target has ended, so that its connections are reset and its namespace is let go, launcher or not. */
final class TargetWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TargetWatch.class);

    private final ForwardTable table;
    private final Poller poller = Poller.open();
    private final Map<Long, Guest> guests = new ConcurrentHashMap<>();
    private final AtomicLong lastKey = new AtomicLong();

    private TargetWatch(ForwardTable table) throws PosixException {
        this.table = table;
    }

    static TargetWatch start(ForwardTable table) throws PosixException {
        TargetWatch watch = new TargetWatch(table);
        Thread thread = new Thread(watch::run, "targets");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    /** Watches a guest's process, if it has one; for as long as its descriptor is open. */
    void watch(Guest guest) throws PosixException {
        Fd process = guest.process();
        if (process != null) {
            long key = lastKey.incrementAndGet();
            guests.put(key, guest);
            poller.add(process, key, Poller.Interest.INPUT);
        }
    }

    private void run() {
        while (true) {
            try {
                poller.await(null).forEach(this::ended);
            } catch (PosixException e) {
                LOG.debug("The watch of targets ends error={}", e.getMessage());
                return;
            }
        }
    }

    private void ended(long key) {
        Guest guest = guests.remove(key);
        if (guest != null) {
            LOG.info("The target has ended network={}", guest.name());
            table.detach(guest);
        }
    }

    @Override
    public void close() {
        poller.close();
    }
}
