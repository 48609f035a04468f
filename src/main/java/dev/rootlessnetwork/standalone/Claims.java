package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.network.NetworkKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of the manifests that declare the same object is in force: the one that was, else the first by path.
 *
 * @param byUid those in force
 * @param doubled what is to be said of the others
 */
record Claims(Map<String, Manifest> byUid, List<ManifestProblem> doubled) {
    Claims {
        byUid = Map.copyOf(byUid);
        doubled = List.copyOf(doubled);
    }

    /**
     * Judges among manifests.
     *
     * @param manifests in the order of their files' paths
     * @param holders the file that an object was taken from last, by name
     */
    static Claims among(Collection<Manifest> manifests, Map<NetworkKey, Path> holders) {
        List<Manifest> order = new ArrayList<>(manifests);
        order.sort(Comparator.comparing(manifest -> !manifest.file().equals(holders.get(manifest.key()))));
        Map<NetworkKey, Manifest> byName = new HashMap<>();
        Map<String, Manifest> byUid = new LinkedHashMap<>();
        List<ManifestProblem> doubled = new ArrayList<>();
        for (Manifest manifest : order) {
            Manifest sameName = byName.putIfAbsent(manifest.key(), manifest);
            if (sameName != null) {
                doubled.add(problem(manifest, "metadata.name", sameName, "rename or remove one of the two"));
                continue;
            }
            Manifest sameUid = byUid.putIfAbsent(manifest.uid(), manifest);
            if (sameUid != null) {
                doubled.add(problem(manifest, "metadata.uid", sameUid, "remove the uid, so that one is made"));
                byName.remove(manifest.key());
            }
        }
        return new Claims(byUid, doubled);
    }

    private static ManifestProblem problem(Manifest loser, String field, Manifest winner, String remedy) {
        String value = field.equals("metadata.uid")
                ? "uid " + loser.uid()
                : loser.key().toString();
        String message = value + " is declared in " + winner.file() + ":" + winner.line("")
                + " already, which is in force; " + remedy;
        return new ManifestProblem(loser.file(), loser.line(field), field, message);
    }
}
