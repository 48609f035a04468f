package dev.rootlessnetwork.standalone;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The files that paths stand for: a file itself, whatever its name; of a directory those that are named like manifests.
 *
 * @param files in byte order of their paths, each once
 * @param unreadable directories that could not be listed, and what is wrong with them
 */
public record ManifestFiles(List<Path> files, List<ManifestProblem> unreadable) {
    private static final Pattern NAME = Pattern.compile("[^.].*\\.(yaml|yml|json)");

    public ManifestFiles {
        files = List.copyOf(files);
        unreadable = List.copyOf(unreadable);
    }

    /** Whether a file of this name counts where it lies in a directory. */
    static boolean isManifestName(Path name) {
        return NAME.matcher(name.toString()).matches();
    }

    /** Looks which files there are now. A path that is not there stands for none. */
    public static ManifestFiles of(List<Path> paths) {
        List<Path> files = new ArrayList<>();
        List<ManifestProblem> unreadable = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try {
                    files.addAll(list(path));
                } catch (IOException | DirectoryIteratorException e) {
                    unreadable.add(new ManifestProblem(path, 1, "", "cannot be listed: " + e.getMessage()));
                }
            } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                files.add(path);
            }
        }
        return new ManifestFiles(sortedOnce(files), unreadable);
    }

    private static List<Path> list(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (isManifestName(entry.getFileName()) && !Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        }
        return files;
    }

    /** By two spellings of one path a file would seem to declare its objects twice: the first spelling counts. */
    private static List<Path> sortedOnce(List<Path> files) {
        SortedMap<Path, Path> byPlace = new TreeMap<>();
        files.forEach(file -> byPlace.putIfAbsent(file.toAbsolutePath().normalize(), file));
        return List.copyOf(byPlace.values());
    }
}
