package dev.rootlessnetwork.launch;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.SetMultimap;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
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
    /** Names that matter in each directory that is watched, by network. */
    private final Map<String, SetMultimap<WatchKey, Path>> names = new HashMap<>();

    private final SetMultimap<WatchKey, Interest> interests = HashMultimap.create();

    /** A network to be told when a name comes, goes or changes. */
    private record Interest(String uid, Path name) {}

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
            register(uid);
        }
    }

    /** Replaces what is watched for a network by what its path leads over now. */
    private void register(String uid) {
        Path path = files.get(uid);
        SetMultimap<WatchKey, Path> now = path == null ? HashMultimap.create() : watched(path);
        SetMultimap<WatchKey, Path> before = path == null ? names.remove(uid) : names.put(uid, now);
        if (before != null) {
            before.forEach((key, name) -> interests.remove(key, new Interest(uid, name)));
        }
        now.forEach((key, name) -> interests.put(key, new Interest(uid, name)));
        if (before != null) {
            before.keySet().stream().filter(key -> !interests.containsKey(key)).forEach(WatchKey::cancel);
        }
    }

    /** What comes between the look for the way and the watch for changes on it shows in a second look. */
    private SetMultimap<WatchKey, Path> watched(Path path) {
        SetMultimap<WatchKey, Path> watched = HashMultimap.create();
        Set<PathTrail.Place> seen = Set.of();
        Set<PathTrail.Place> trail = PathTrail.of(hostRoot, path);
        while (!trail.equals(seen)) {
            for (PathTrail.Place place : trail) {
                // By the descriptor: the links of the host's paths are not for our own root to follow.
                try (Fd directory = hostRoot.find(place.directory())) {
                    watched.put(directory.procPath().register(service, KINDS), place.name());
                } catch (IOException e) {
                    LOG.debug("Cannot watch directory={} error={}", place.directory(), e.toString());
                }
            }
            seen = trail;
            trail = PathTrail.of(hostRoot, path);
        }
        return watched;
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                List<WatchEvent<?>> events = key.pollEvents();
                boolean gone = !key.reset();
                affected(key, events, gone).forEach(changed);
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("Path watch ends");
        }
    }

    /**
     * Networks that care for what has changed.
     *
     * @param gone whether the directory itself is
     */
    private synchronized Set<String> affected(WatchKey key, List<WatchEvent<?>> events, boolean gone) {
        Set<Object> changedNames = new HashSet<>();
        events.forEach(event -> changedNames.add(event.context()));
        // Events that were too many to be told one by one have no name.
        boolean all = gone || events.stream().anyMatch(event -> event.kind() == StandardWatchEventKinds.OVERFLOW);
        Set<String> uids = new HashSet<>();
        for (Interest interest : interests.get(key)) {
            if (all || changedNames.contains(interest.name())) {
                uids.add(interest.uid());
            }
        }
        uids.forEach(this::register);
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
