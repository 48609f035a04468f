package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import dev.rootlessnetwork.posix.PosixException;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

    private final HostRoot hostRoot;
    private final Consumer<String> changed;
    private final WatchService service;
    private final Fd mounts;
    private final Supervisor.Watch mountWatch;
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, Optional<NetnsId>> mounted = new HashMap<>();
    /** What is watched, and by which paths: several may lead to one directory. */
    private final Map<WatchKey, Set<Path>> directories = new HashMap<>();

    /** @param changed called with the UID of a network, by threads of ours; must not block */
    PathWatch(HostRoot hostRoot, Supervisor supervisor, Consumer<String> changed) throws IOException {
        this.hostRoot = hostRoot;
        this.changed = changed;
        this.service = FileSystems.getDefault().newWatchService();
        this.mounts = Fd.openRead(hostRoot.mountinfo());
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
        Map<WatchKey, Set<Path>> needed = new HashMap<>();
        files.values().stream().map(PathWatch::parent).distinct().forEach(parent -> register(parent, needed));
        directories.keySet().stream().filter(key -> !needed.containsKey(key)).forEach(WatchKey::cancel);
        directories.clear();
        directories.putAll(needed);
    }

    /** The next directory may come between our look for it and the watch for its coming: then that one is watched, too. */
    private void register(Path parent, Map<WatchKey, Set<Path>> needed) {
        Path watched = null;
        while (!parent.equals(watched)) {
            try (Nearest nearest = nearest(parent)) {
                if (nearest.path().equals(watched)) {
                    return;
                }
                watched = nearest.path();
                // By the descriptor: the path's links are the host's to follow.
                WatchKey key = nearest.held().procPath().register(service, KINDS);
                needed.computeIfAbsent(key, unused -> new HashSet<>()).add(watched);
            } catch (IOException e) {
                LOG.debug("Cannot watch a directory above path={} error={}", parent, e.toString());
                return;
            }
        }
    }

    /** A directory that exists, and the path that names it. */
    private record Nearest(Path path, Fd held) implements AutoCloseable {
        @Override
        public void close() {
            held.close();
        }
    }

    private Nearest nearest(Path directory) throws IOException {
        try {
            Fd held = hostRoot.find(directory);
            if (Files.isDirectory(held.procPath())) {
                return new Nearest(directory, held);
            }
            held.close();
        } catch (PosixException e) {
            LOG.debug("No directory yet path={} error={}", directory, e.getMessage());
        }
        if (directory.equals(parent(directory))) {
            throw new IOException("cannot open " + directory);
        }
        return nearest(parent(directory));
    }

    /** The root's parent is the root. */
    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                List<WatchEvent<?>> events = key.pollEvents();
                boolean goesOn = key.reset();
                affected(key, events, !goesOn).forEach(changed);
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("Path watch ends");
        }
    }

    /**
     * Networks whose path is, or lies below, one that was touched.
     *
     * @param gone whether the directory itself is
     */
    private synchronized List<String> affected(WatchKey key, List<WatchEvent<?>> events, boolean gone) {
        List<Path> touched = new ArrayList<>();
        for (Path directory : directories.getOrDefault(key, Set.of())) {
            if (gone) {
                touched.add(directory);
            }
            events.forEach(
                    event -> touched.add(event.context() instanceof Path name ? directory.resolve(name) : directory));
        }
        List<String> uids = new ArrayList<>();
        files.forEach((uid, path) -> {
            if (touched.stream().anyMatch(path::startsWith)) {
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

    private Optional<NetnsId> mountedOn(Path path) {
        try (Fd held = hostRoot.find(path)) {
            return Optional.of(NetnsId.of(held));
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
