package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The places where a change can change what a path names: its end or what is missing on its way, and each link on it. */
final class PathTrail {
    /** As many links as the kernel follows, see path_resolution(7). */
    private static final int MAX_PLACES = 40;

    private final HostRoot hostRoot;
    private final Set<Place> places = new LinkedHashSet<>();

    private PathTrail(HostRoot hostRoot) {
        this.hostRoot = hostRoot;
    }

    /**
     * A name in a directory.
     *
     * @param directory absolute; what its own links lead to is part of the trail, too
     */
    record Place(Path directory, Path name) {}

    /** Follows an absolute path as far as there is something. */
    static Set<Place> of(HostRoot hostRoot, Path path) {
        PathTrail trail = new PathTrail(hostRoot);
        trail.follow(path);
        return trail.places;
    }

    private void follow(Path path) {
        Path directory = path.getRoot();
        for (Path name : path) {
            try (Fd held = hostRoot.find(directory)) {
                Optional<Path> link = held.readLink(name);
                boolean unknown =
                        link.isPresent() && places.size() < MAX_PLACES && places.add(new Place(directory, name));
                if (unknown) {
                    follow(directory.resolve(link.get()));
                }
            } catch (IOException e) {
                places.add(new Place(directory, name));
                if (!(e instanceof PosixException errno && errno.is("ENOENT"))) {
                    add(directory); // it exists, and is none: one may replace it
                }
                return;
            }
            directory = directory.resolve(name);
        }
        add(path);
    }

    private void add(Path path) {
        if (path.getParent() != null) {
            places.add(new Place(path.getParent(), path.getFileName()));
        }
    }
}
