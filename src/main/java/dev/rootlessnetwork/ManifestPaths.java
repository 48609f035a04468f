package dev.rootlessnetwork;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** Files and directories of manifests as the user names them. */
final class ManifestPaths {
    private ManifestPaths() {}

    /** @throws CommandFailure if one does not exist: a typo, rather than an empty wish */
    static List<Path> existing(List<Path> paths) throws CommandFailure {
        for (Path path : paths) {
            if (!Files.exists(path)) {
                boolean dangling = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
                throw CommandFailure.wrongUsage(
                        path + (dangling ? " is a symbolic link that leads nowhere" : " does not exist"));
            }
        }
        return List.copyOf(paths);
    }
}
