package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.network.NetworkKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which objects are wanted, as of a look at all files.
 *
 * @param held what each file holds or, where it cannot be read now, last held
 * @param byUid the manifests in force
 * @param problems what is wrong with files, sorted
 * @param complete whether every file could be read, so that what none names is not wanted
 */
record ObjectTable(
        Map<Path, List<Manifest>> held, Map<String, Manifest> byUid, List<ManifestProblem> problems, boolean complete) {
    /** Before the first look. */
    static final ObjectTable EMPTY = new ObjectTable(Map.of(), Map.of(), List.of(), false);

    ObjectTable {
        held = Map.copyOf(held);
        byUid = Map.copyOf(byUid);
        problems = List.copyOf(problems);
    }

    /**
     * The table after the next look.
     *
     * @param holders the file that each running object was taken from
     */
    ObjectTable next(ManifestScanner.Scan scan, Map<NetworkKey, Path> holders) {
        Map<Path, List<Manifest>> now = new TreeMap<>();
        List<ManifestProblem> found = new ArrayList<>(scan.unreadable());
        for (ManifestProblem directory : scan.unreadable()) {
            held.forEach((path, manifests) -> {
                if (path.startsWith(directory.file())) {
                    now.put(path, manifests);
                }
            });
        }
        for (ManifestFile file : scan.files()) {
            now.put(file.path(), file.sound() ? file.manifests() : withThoseBefore(file));
            found.addAll(file.problems());
        }
        Claims claims = Claims.among(now.values().stream().flatMap(List::stream).toList(), holders);
        found.addAll(claims.doubled());
        found.sort(null);
        boolean allSound = scan.unreadable().isEmpty() && scan.files().stream().allMatch(ManifestFile::sound);
        return new ObjectTable(now, claims.byUid(), found, allSound);
    }

    private List<Manifest> withThoseBefore(ManifestFile file) {
        Set<NetworkKey> named = file.manifests().stream().map(Manifest::key).collect(Collectors.toSet());
        List<Manifest> all = new ArrayList<>(file.manifests());
        held.getOrDefault(file.path(), List.of()).stream()
                .filter(manifest -> !named.contains(manifest.key()))
                .forEach(all::add);
        return all;
    }

    /** The file that each object in force was taken from. */
    Map<NetworkKey, Path> holders() {
        Map<NetworkKey, Path> holders = new HashMap<>();
        byUid.values().forEach(manifest -> holders.put(manifest.key(), manifest.file()));
        return holders;
    }
}
