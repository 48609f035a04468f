package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when a path that names a target may have come, gone or changed: by inotify for files, and by the kernel's word
 * that the mounts have changed for namespaces. Nothing is polled. Thread-safe.
 */
final class PathWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PathWatch.class);
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final Consumer<String> changed;
    private final WatchService service;
    private final Fd mounts;
    private final Supervisor.Watch mountWatch;
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, Optional<NetnsId>> mounted = new HashMap<>();
    private final Map<Path, WatchKey> keys = new HashMap<>();

    /** @param changed called with the UID of a network, by threads of ours; must not block */
    PathWatch(Supervisor supervisor, Consumer<String> changed) throws IOException {
        this.changed = changed;
        this.service = FileSystems.getDefault().newWatchService();
        this.mounts = Fd.openRead(Path.of("/proc/self/mountinfo"));
        this.mountWatch = supervisor.onMountChange(mounts, this::mountsChanged);
        Thread thread = new Thread(this::run, "path-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Replaces what is watched for a network.
     *
     * @param path null: nothing
     * @param mount whether what is mounted on it matters, too
     */
    synchronized void watch(String uid, @Nullable Path path, boolean mount) {
        if (mount && path != null) {
            mounted.put(uid, mountedOn(path));
        } else {
            mounted.remove(uid);
        }
        Path before = path == null ? files.remove(uid) : files.put(uid, path);
        if (!Objects.equals(before, path)) {
            register();
        }
    }

    /** Watches the nearest directory that exists above each path, and no other. */
    private void register() {
        Map<Path, WatchKey> needed = new HashMap<>();
        for (Path file : files.values()) {
            Path directory = nearestDirectory(file);
            try {
                WatchKey key = keys.get(directory);
                needed.put(directory, key != null && key.isValid() ? key : directory.register(service, KINDS));
            } catch (IOException e) {
                LOG.debug("Cannot watch directory={} error={}", directory, e.toString());
            }
        }
        keys.forEach((directory, key) -> {
            if (!needed.containsKey(directory)) {
                key.cancel();
            }
        });
        keys.clear();
        keys.putAll(needed);
    }

    private static Path nearestDirectory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        while (directory != null && !Files.isDirectory(directory)) {
            directory = directory.getParent();
        }
        return directory == null ? Path.of("/") : directory;
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                Path directory = (Path) key.watchable();
                List<Path> touched = new ArrayList<>();
                for (WatchEvent<?> event : key.pollEvents()) {
                    touched.add(event.context() instanceof Path name ? directory.resolve(name) : directory);
                }
                key.reset();
                affected(touched).forEach(changed);
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("Path watch ends");
        }
    }

    /** Networks whose path is, or lies below, one that was touched. */
    private synchronized List<String> affected(List<Path> touched) {
        List<String> uids = new ArrayList<>();
        files.forEach((uid, path) -> {
            if (touched.stream().anyMatch(path.toAbsolutePath()::startsWith)) {
                uids.add(uid);
            }
        });
        register();
        return uids;
    }

    /** Mounts come and go all the time on a host of containers: only those that matter are told of. */
    private void mountsChanged() {
        List<String> uids = new ArrayList<>();
        synchronized (this) {
            mounted.replaceAll((uid, before) -> {
                Path path = files.get(uid);
                Optional<NetnsId> now = path == null ? Optional.empty() : mountedOn(path);
                if (!now.equals(before)) {
                    uids.add(uid);
                }
                return now;
            });
        }
        uids.forEach(changed);
    }

    private static Optional<NetnsId> mountedOn(Path path) {
        try {
            return Optional.of(NetnsId.of(path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        mountWatch.close();
        mounts.close();
        service.close();
    }
}
