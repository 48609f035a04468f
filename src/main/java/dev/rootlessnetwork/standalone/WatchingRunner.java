package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what manifests declare, and follows their changes, until it is stopped. */
public final class WatchingRunner implements Fleet.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(WatchingRunner.class);

    private final RunSettings settings;
    private final boolean keepOnExit;
    private final ManifestWatch watch;
    private final Fleet fleet;

    /** Left by an earlier process, and named by no file yet. */
    private final Map<String, NetworkKey> unclaimed = new HashMap<>();

    /** Objects that were worked on. Guarded by itself, as is what follows. */
    private final Set<String> worked = new HashSet<>();

    private final Set<String> toBeWorkedOn = new HashSet<>();
    private boolean swept;
    private boolean orphansStopped;

    /** @throws IOException if files cannot be watched or the state directory cannot be read */
    public WatchingRunner(RunSettings settings, boolean keepOnExit) throws IOException {
        this.settings = settings;
        this.keepOnExit = keepOnExit;
        this.watch = new ManifestWatch(settings.paths());
        this.fleet = new Fleet(settings, this);
    }

    /** Blocks until {@link #stop} is called, and then until all is stopped or, as configured, left running. */
    public void run() throws IOException, InterruptedException {
        unclaimed.putAll(LeftObjects.of(fleet.recovered(), fleet.stored()));
        ManifestSource source = new ManifestSource(settings.paths(), settings.err(), fleet.stored());
        try {
            do {
                watch.refresh();
                follow(source.look());
            } while (watch.await());
        } finally {
            if (keepOnExit) {
                LOG.info("Leaving networks running objects={}", fleet.objects().size());
            } else {
                fleet.stopAll();
            }
            fleet.detach();
        }
    }

    private void follow(ObjectTable table) {
        unclaimed.keySet().removeAll(table.byUid().keySet());
        fleet.want(table.byUid());
        if (table.complete() && !swept) {
            sweep(table);
        }
    }

    /** What no manifest claims any more is stopped, now that every one of them was read. */
    private void sweep(ObjectTable table) {
        synchronized (worked) {
            swept = true;
            toBeWorkedOn.addAll(table.byUid().keySet());
            toBeWorkedOn.addAll(unclaimed.keySet());
            toBeWorkedOn.removeAll(worked);
        }
        unclaimed.forEach((uid, key) -> {
            LOG.info("Stopping a network that no manifest claims any more object={}", key);
            fleet.drop(uid, key);
        });
        unclaimed.clear();
        stopOrphansOnceAllIsWorkedOn();
    }

    @Override
    public void converged(String uid, Observation observation, RootlessNetworkStatus status) {
        note(uid);
    }

    @Override
    public void stopped(String uid) {
        note(uid);
    }

    private void note(String uid) {
        synchronized (worked) {
            if (orphansStopped) {
                return;
            }
            worked.add(uid);
            toBeWorkedOn.remove(uid);
        }
        stopOrphansOnceAllIsWorkedOn();
    }

    private void stopOrphansOnceAllIsWorkedOn() {
        synchronized (worked) {
            if (!swept || orphansStopped || !toBeWorkedOn.isEmpty()) {
                return;
            }
            orphansStopped = true;
            worked.clear();
        }
        fleet.stopOrphans();
    }

    /** Makes {@link #run} end. Any thread; does not block. */
    public void stop() throws IOException {
        watch.close();
    }
}
