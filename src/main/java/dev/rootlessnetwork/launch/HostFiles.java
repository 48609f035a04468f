package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Writes and removes files of the host, whose links are the host's to follow, although we may have another root. */
final class HostFiles {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

    /** Beside our file: the directories above that were made for it, the innermost first. */
    private static final String MADE = ".made";

    private final HostRoot host;

    HostFiles(HostRoot host) {
        this.host = host;
    }

    /**
     * Writes a file that all may read, at once as a whole.
     *
     * @param file absolute; directories that are missing are made
     */
    void write(Path file, byte[] content) throws IOException {
        Path parent = parent(file);
        List<Path> made = new ArrayList<>();
        try (Fd directory = directory(parent, made)) {
            made.remove(parent);
            if (!made.isEmpty()) {
                Collections.reverse(made);
                Files.write(
                        directory.procPath().resolve(MADE),
                        made.stream().map(Path::toString).toList());
            }
            Path place = directory.procPath().resolve(String.valueOf(file.getFileName()));
            Path temporary = place.resolveSibling("." + place.getFileName() + ".new");
            try {
                Files.write(temporary, content);
                Files.setPosixFilePermissions(temporary, FILE);
                Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /**
     * Removes a file and, if nothing else is in it, its directory, with those above that {@link #write} made and nobody else uses. None of
     * them need be there.
     */
    void delete(Path file) throws IOException {
        Path parent = parent(file);
        List<Path> made = List.of();
        try (Fd directory = host.find(parent)) {
            Path place = directory.procPath();
            Files.deleteIfExists(place.resolve(String.valueOf(file.getFileName())));
            if (!isEmptyBut(MADE, place)) {
                return; // somebody else's
            }
            if (Files.exists(place.resolve(MADE))) {
                made = Files.readAllLines(place.resolve(MADE)).stream()
                        .map(Path::of)
                        .filter(parent::startsWith)
                        .toList();
                Files.delete(place.resolve(MADE));
            }
        } catch (PosixException e) {
            failUnlessMissing(e);
        }
        boolean removed = removeIfEmpty(parent);
        for (Path above : made) {
            removed = removed && removeIfEmpty(above);
        }
    }

    /**
     * Removes a directory, if nothing is in it.
     *
     * @param ours the same directory as it is named here: it may be mounted, and then only the host can remove it
     * @return whether it is not there any more, or never was
     */
    boolean removeIfEmpty(Path directory, Path ours) throws IOException {
        try (Fd found = host.find(directory)) {
            if (!Files.isSameFile(found.procPath(), ours)) {
                return false;
            }
        } catch (PosixException e) {
            failUnlessMissing(e);
        }
        return removeIfEmpty(directory);
    }

    private boolean removeIfEmpty(Path directory) throws IOException {
        try (Fd above = host.find(parent(directory))) {
            Files.deleteIfExists(above.procPath().resolve(String.valueOf(directory.getFileName())));
            return true;
        } catch (DirectoryNotEmptyException e) {
            return false;
        } catch (PosixException e) {
            failUnlessMissing(e);
            return true;
        }
    }

    private static boolean isEmptyBut(String name, Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.allMatch(entry -> entry.endsWith(name));
        }
    }

    private static void failUnlessMissing(PosixException e) throws PosixException {
        if (!e.is("ENOENT")) {
            throw e;
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("not in a directory: " + file);
        }
        return parent;
    }

    private Fd directory(Path path, List<Path> made) throws IOException {
        try {
            return host.find(path);
        } catch (PosixException e) {
            failUnlessMissing(e);
            try (Fd above = directory(parent(path), made)) {
                Files.createDirectory(above.procPath().resolve(String.valueOf(path.getFileName())), DIRECTORY);
                made.add(path);
            }
            return host.find(path);
        }
    }
}
