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
import java.util.Set;

/** Writes files of the host, whose links are the host's to follow, although we may have another root. */
final class HostFiles {
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

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
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("not a file: " + file);
        }
        try (Fd directory = directory(parent)) {
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

    /** Removes a file and, if nothing else is in it, its directory. Neither need be there. */
    void delete(Path file) throws IOException {
        Path parent = file.getParent();
        Path above = parent == null ? null : parent.getParent();
        if (parent == null || above == null) {
            throw new IllegalArgumentException("not a file in a directory: " + file);
        }
        try (Fd directory = host.find(parent);
                Fd outer = host.find(above)) {
            Files.deleteIfExists(directory.procPath().resolve(String.valueOf(file.getFileName())));
            Files.deleteIfExists(outer.procPath().resolve(String.valueOf(parent.getFileName())));
        } catch (DirectoryNotEmptyException e) {
            return; // somebody else's
        } catch (PosixException e) {
            if (!e.is("ENOENT")) {
                throw e;
            }
        }
    }

    private Fd directory(Path path) throws IOException {
        try {
            return host.find(path);
        } catch (PosixException e) {
            Path parent = path.getParent();
            if (!e.is("ENOENT") || parent == null) {
                throw e;
            }
            try (Fd above = directory(parent)) {
                Files.createDirectory(above.procPath().resolve(String.valueOf(path.getFileName())), DIRECTORY);
            }
            return host.find(path);
        }
    }
}
