package dev.rootlessnetwork.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What src/scripts/image makes of a root file system that an engine has built: the archive and its bill of materials. */
class ImageArchiveTest {
    private static final String SETTINGS = """
            "Env": ["PATH=/usr/sbin:/usr/bin"], "Entrypoint": ["/opt/rootlessnet/bin/rootlessnet"], "Cmd": ["controller"],
            "Labels": {"org.opencontainers.image.version": "1.0.0", "io.buildah.version": "1.28.2"}""";
    private static final String BY_DOCKER = "[{\"Id\": \"sha256:0\", \"Config\": {" + SETTINGS + "}}]";
    private static final String BY_BUILDAH = "{\"OCIv1\": {\"config\": {" + SETTINGS + "}}}";

    @TempDir
    Path directory;

    private Path root;

    @BeforeEach
    void makeARoot() throws IOException {
        root = directory.resolve("root");
        write("usr/lib/os-release", """
                PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
                VERSION_ID="13"
                ID=debian
                """);
        write("var/lib/dpkg/status", """
                Package: libstdc++6
                Status: install ok installed
                Architecture: amd64
                Source: gcc-14 (14.2.0-19)
                Version: 14.2.0-19+b1
                Description: library
                 of several lines: this is one

                Package: login
                Status: install ok installed
                Architecture: amd64
                Version: 1:4.16.0-2+really2.41~rc1

                Package: removed
                Status: deinstall ok config-files
                Architecture: amd64
                Version: 1
                """);
        Files.createLink(root.resolve("usr/lib/os-release.copy"), root.resolve("usr/lib/os-release"));
    }

    @Test
    void givesTheSameBytesForTheSameFilesWhicheverEngineBuiltThem() throws IOException {
        CommandResult.run(
                        "touch",
                        "--date=@1000000000",
                        root.resolve("usr/lib/os-release").toString())
                .orFail();
        Path docker = pack("docker", BY_DOCKER, "usr/lib/os-release.copy", "usr/lib/os-release", "var");

        CommandResult.run("touch", root.resolve("usr/lib/os-release").toString())
                .orFail();
        for (String ofTheEngine : List.of(".dockerenv", "etc/hosts", "etc/mtab", "run/.containerenv", "dev/console")) {
            write(ofTheEngine, "");
        }
        // Their directories are in the image of Debian anyway.
        Path buildah = pack(
                "buildah",
                BY_BUILDAH,
                "./.dockerenv",
                "./etc/hosts",
                "./etc/mtab",
                "./run/.containerenv",
                "./dev/console",
                "./var",
                "./usr/lib/os-release",
                "./usr/lib/os-release.copy");

        assertThat(buildah).hasSameBinaryContentAs(docker);
    }

    @Test
    void listsWhatIsInTheImageAsValidCycloneDx() throws Exception {
        Path libraries = Files.writeString(directory.resolve("java-bom.json"), """
                {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {
                  "type": "library", "bom-ref": "pkg:maven/a/program@1.0.0", "group": "a", "name": "program", "version": "1.0.0"}},
                 "components": [], "dependencies": [{"ref": "pkg:maven/a/program@1.0.0", "dependsOn": []}]}
                """);
        Path list = directory.resolve("image.cdx.json");
        Path archive = pack("docker", BY_DOCKER, "usr", "var");
        script("image-sbom", libraries.toString(), archive.toString(), list.toString());

        assertThat(new JsonParser().validate(list.toFile(), Version.VERSION_16)).isEmpty();
        assertThat(new JsonParser().parse(list.toFile()).getComponents())
                .extracting("purl")
                .containsExactly(
                        null,
                        "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19%2Bb1?arch=amd64&distro=debian-13",
                        "pkg:deb/debian/login@1%3A4.16.0-2%2Breally2.41~rc1?arch=amd64&distro=debian-13");
    }

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** Packs files of the root, put into a tar in the order given, and returns the archive. */
    private Path pack(String engine, String settings, String... names) throws IOException {
        Path tar = directory.resolve(engine + ".tar");
        List<String> command = new ArrayList<>(List.of("tar", "-C", root.toString(), "-cf", tar.toString()));
        command.addAll(List.of(names));
        CommandResult.run(command).orFail();
        Path config = Files.writeString(directory.resolve(engine + ".json"), settings);
        Path archive = directory.resolve(engine + ".oci.tar");
        script("image-pack", tar.toString(), config.toString(), "amd64", "operator:1.0.0", archive.toString());
        return archive;
    }

    private static void script(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("src/scripts/" + name));
        command.addAll(List.of(arguments));
        CommandResult.run(command).orFail();
    }
}
