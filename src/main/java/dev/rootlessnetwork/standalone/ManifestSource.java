package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which objects the files declare, look after look; says what is wrong with them, each thing once. For one thread. */
final class ManifestSource {
    private final ManifestScanner scanner;
    private final PrintStream err;
    private final Map<String, ObjectNode> stored;
    private ObjectTable table = ObjectTable.EMPTY;
    private boolean looked;

    /** @param stored objects that run already: of two manifests of one name, that which is equal stays in force */
    ManifestSource(List<Path> paths, PrintStream err, Map<String, ObjectNode> stored) {
        this.scanner = new ManifestScanner(paths);
        this.err = err;
        this.stored = Map.copyOf(stored);
    }

    /** Looks at all files. */
    ObjectTable look() {
        ManifestScanner.Scan scan = scanner.scan();
        ObjectTable before = table;
        table = before.next(scan, looked ? before.holders() : holdersAtStart(scan));
        looked = true;
        List<ManifestProblem> fresh = new ArrayList<>(table.problems());
        fresh.removeAll(before.problems());
        fresh.forEach(err::println);
        err.flush();
        return table;
    }

    private Map<NetworkKey, Path> holdersAtStart(ManifestScanner.Scan scan) {
        Map<NetworkKey, Path> holders = new HashMap<>();
        for (ManifestFile file : scan.files()) {
            for (Manifest manifest : file.manifests()) {
                ObjectNode running = stored.get(manifest.uid());
                if (running != null && hasSpec(running, manifest)) {
                    holders.putIfAbsent(manifest.key(), file.path());
                }
            }
        }
        return holders;
    }

    private static boolean hasSpec(ObjectNode running, Manifest manifest) {
        try {
            return manifest.object()
                    .getSpec()
                    .equals(ObjectTree.toObject(running).getSpec());
        } catch (IOException e) {
            return false;
        }
    }
}
