package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes directories with all that is in them, also where others delete at the same time, as a relay does that ends: what has vanished
 * meanwhile is no failure. Symbolic links are deleted, not followed.
 */
public final class FileTree extends SimpleFileVisitor<Path> {
    private final Set<Path> kept;

    private FileTree(Set<Path> kept) {
        this.kept = kept;
    }

    /** Deletes a directory, which need not be there. */
    public static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new FileTree(Set.of()));
    }

    /**
     * Deletes what is in a directory, which need not be there.
     *
     * @param kept what stays of it
     */
    public static void deleteContent(Path directory, Path... kept) throws IOException {
        Set<Path> all = new HashSet<>(Set.of(kept));
        all.add(directory);
        Files.walkFileTree(directory, new FileTree(all));
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        return delete(file, null);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
        return delete(directory, failure);
    }

    private FileVisitResult delete(Path path, @Nullable IOException failure) throws IOException {
        if (failure != null && !(failure instanceof NoSuchFileException)) {
            throw failure;
        }
        if (!kept.contains(path)) {
            Files.deleteIfExists(path);
        }
        return FileVisitResult.CONTINUE;
    }
}
