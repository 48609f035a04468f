package dev.rootlessnetwork.standalone;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The directories in which a change can change what paths of manifests lead to, and the names in them that matter: each
 * directory entry, symbolic links included, that is passed on the way from the root to a file. So the swap of a link
 * anywhere on the way is noticed, and what is not there yet is when it comes.
 */
final class WatchedPlaces {
    /** path_resolution(7): the kernel follows no more. */
    private static final int MOST_LINKS = 40;

    private final Map<Path, Place> places = new HashMap<>();

    /** What matters in a directory. */
    static final class Place {
        private final Set<Path> names = new HashSet<>();
        private boolean manifests;
        private boolean content;

        /** Whether a change of an entry of this name matters. */
        boolean concerns(Path name) {
            return names.contains(name) || (manifests && ManifestFiles.isManifestName(name));
        }

        /** Whether content of files in it matters, not only which there are. */
        boolean content() {
            return content;
        }
    }

    /** By directory, as it is reached without symbolic links. */
    Map<Path, Place> byDirectory() {
        return places;
    }

    static WatchedPlaces of(Iterable<Path> paths) {
        WatchedPlaces places = new WatchedPlaces();
        for (Path path : paths) {
            Path end = places.follow(path);
            if (Files.isDirectory(end)) {
                places.addDirectory(end);
            }
        }
        return places;
    }

    private void addDirectory(Path directory) {
        Place place = place(directory);
        place.manifests = true;
        place.content = true;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                directory, entry -> Files.isSymbolicLink(entry) && ManifestFiles.isManifestName(entry.getFileName()))) {
            entries.forEach(this::follow);
        } catch (IOException | DirectoryIteratorException e) {
            // It went or cannot be read: whoever reads the manifests reports that.
            return;
        }
    }

    /** Notes each entry on the way; returns where it ends, or breaks off. */
    private Path follow(Path path) {
        Path absolute = path.toAbsolutePath();
        Path current = absolute.getRoot();
        Deque<Path> rest = new ArrayDeque<>();
        absolute.forEach(rest::add);
        int links = 0;
        while (!rest.isEmpty()) {
            Path name = rest.pop();
            if (name.toString().equals("..")) {
                current = current.getParent() == null ? current : current.getParent();
                continue;
            }
            if (name.toString().equals(".")) {
                continue;
            }
            Place place = place(current);
            place.names.add(name);
            Path next = current.resolve(name);
            if (Files.isSymbolicLink(next) && ++links <= MOST_LINKS) {
                try {
                    Path target = Files.readSymbolicLink(next);
                    current = target.isAbsolute() ? target.getRoot() : current;
                    pushAll(rest, target);
                    continue;
                } catch (IOException e) {
                    return next; // replaced this moment; the change will be told
                }
            }
            if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                place.content = true;
                return next;
            }
            current = next;
        }
        return current;
    }

    private static void pushAll(Deque<Path> rest, Path target) {
        Deque<Path> reversed = new ArrayDeque<>();
        target.forEach(reversed::push);
        for (Iterator<Path> names = reversed.iterator(); names.hasNext(); ) {
            rest.push(names.next());
        }
    }

    private Place place(Path directory) {
        return places.computeIfAbsent(directory, unused -> new Place());
    }
}
