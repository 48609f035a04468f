package dev.rootlessnetwork.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads all manifests again and again; what has not changed is not parsed anew. For one thread. */
final class ManifestScanner {
    private final List<Path> paths;
    private Map<Path, ManifestReader.Content> before = new HashMap<>();

    ManifestScanner(List<Path> paths) {
        this.paths = List.copyOf(paths);
    }

    /**
     * What lies there now.
     *
     * @param files in byte order of their paths
     * @param unreadable directories that could not be listed
     */
    record Scan(List<ManifestFile> files, List<ManifestProblem> unreadable) {
        Scan {
            files = List.copyOf(files);
            unreadable = List.copyOf(unreadable);
        }
    }

    Scan scan() {
        ManifestFiles found = ManifestFiles.of(paths);
        Map<Path, ManifestReader.Content> now = new HashMap<>();
        List<ManifestFile> files = new ArrayList<>();
        for (Path path : found.files()) {
            ManifestReader.Content content = ManifestReader.readAgain(path, before.get(path));
            now.put(path, content);
            files.add(content.file());
        }
        before = now;
        return new Scan(files, found.unreadable());
    }
}
