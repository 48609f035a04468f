package dev.rootlessnetwork.standalone;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of manifests, told by the kernel (inotify(7)): nothing is polled. For one thread; only {@link #close}
 * may be called by another.
 */
final class ManifestWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestWatch.class);

    /** An editor writes in several steps, and so does who replaces several files. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private static final WatchEvent.Kind<?>[] ENTRIES = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE
    };
    private static final WatchEvent.Kind<?>[] ENTRIES_AND_CONTENT = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final List<Path> paths;
    private final WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private Map<Path, WatchedPlaces.Place> places = Map.of();

    /** @throws IOException if the user's inotify instances have run out (fs.inotify.max_user_instances) */
    ManifestWatch(List<Path> paths) throws IOException {
        this.paths = List.copyOf(paths);
        try {
            this.service = FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            throw new IOException(
                    "cannot watch files: " + e.getMessage()
                            + "; if too many are watched, raise the sysctl fs.inotify.max_user_instances",
                    e);
        }
    }

    /** Watches what matters as things are now. What changes from now on ends {@link #await}. */
    void refresh() {
        places = WatchedPlaces.of(paths).byDirectory();
        keys.entrySet().removeIf(watched -> {
            boolean stale = !places.containsKey(watched.getKey());
            if (stale) {
                watched.getValue().cancel();
            }
            return stale;
        });
        places.forEach(this::register);
    }

    private void register(Path directory, WatchedPlaces.Place place) {
        try {
            WatchKey key = directory.register(service, place.content() ? ENTRIES_AND_CONTENT : ENTRIES);
            WatchKey before = keys.put(directory, key);
            if (before != null && !before.equals(key)) {
                before.cancel(); // another directory has come under that name
            }
        } catch (IOException e) {
            LOG.atLevel(place.content() ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.DEBUG)
                    .log("Cannot watch a directory for changes directory={} error={}", directory, e.toString());
        }
    }

    /** Blocks until something has changed, and nothing more for a while. False: it was closed. */
    boolean await() throws InterruptedException {
        QuietPeriod quiet = new QuietPeriod(QUIET);
        try {
            while (true) {
                WatchKey key = quiet.hasChanges()
                        ? service.poll(quiet.remainingNanos(System.nanoTime()), TimeUnit.NANOSECONDS)
                        : service.take();
                if (key == null) {
                    return true;
                }
                if (concerns(key)) {
                    quiet.change(System.nanoTime());
                }
            }
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    private boolean concerns(WatchKey key) {
        WatchedPlaces.@Nullable Place place = places.get((Path) key.watchable());
        boolean concerns = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            LOG.trace("Changed directory={} kind={} name={}", key.watchable(), event.kind(), event.context());
            // What was lost in an overflow may have concerned us.
            concerns |= !(event.context() instanceof Path name) || (place != null && place.concerns(name));
        }
        return !key.reset() || concerns;
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
