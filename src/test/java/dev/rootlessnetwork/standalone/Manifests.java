package dev.rootlessnetwork.standalone;

import java.nio.file.Path;

/** Manifests for tests. */
final class Manifests {
    private Manifests() {}

    /** YAML of an object of this name and target. */
    static String yaml(String name, int pid) {
        return """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: %s}
                spec:
                  target: {pid: %d}
                """.formatted(name, pid);
    }

    /** What a file of this text holds. */
    static ManifestFile file(String path, String text) {
        return ManifestReader.parse(Path.of(path), text);
    }
}
