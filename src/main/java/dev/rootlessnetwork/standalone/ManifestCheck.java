package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.api.SpecMapper;
import dev.rootlessnetwork.launch.Source;
import dev.rootlessnetwork.network.InterfaceName;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.network.OptionSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is wrong with manifests, told without a look at the machine.
 *
 * @param objects how many there are
 * @param problems sorted by file, line, field
 */
public record ManifestCheck(int objects, List<ManifestProblem> problems) {
    public ManifestCheck {
        problems = List.copyOf(problems);
    }

    /** @param defaults options that the objects' own are merged with, as {@code run} would */
    public static ManifestCheck of(List<Path> paths, OptionSet defaults) {
        ManifestFiles files = ManifestFiles.of(paths);
        List<ManifestProblem> problems = new ArrayList<>(files.unreadable());
        Map<Path, List<Manifest>> manifests = new TreeMap<>();
        for (Path path : files.files()) {
            ManifestFile file = ManifestReader.read(path);
            problems.addAll(file.problems());
            manifests.put(path, file.manifests());
        }
        SpecMapper mapper = new SpecMapper(Source.STANDALONE, defaults, InterfaceName::isWellFormed);
        List<Manifest> all = manifests.values().stream().flatMap(List::stream).toList();
        for (Manifest manifest : all) {
            if (mapper.map(manifest.object(), manifest.violations()) instanceof NetworkRequest.Refuse refuse) {
                refuse.violations().forEach(violation -> problems.add(manifest.problem(violation)));
            }
        }
        Claims claims = Claims.among(all, Map.of());
        problems.addAll(claims.doubled());
        problems.sort(null);
        return new ManifestCheck(all.size(), problems);
    }
}
