package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is packaged: target/dist, started by its script. */
class DistributionIT {
    private static final Path DIST = Path.of("target/dist").toAbsolutePath();
    private static final String JAVA_HOME = System.getProperty("java.home");

    @TempDir
    Path directory;

    @Test
    void startsThroughASymbolicLink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("rln"), DIST.resolve("bin/rootlessnet"));
        assertThat(start(Map.of("JAVA_HOME", JAVA_HOME), link).orFail().stdout())
                .matches("rootlessnet \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    }

    @Test
    void bringsNativeLibrariesForBothProcessors() {
        for (String machine : new String[] {"x86_64", "aarch64"}) {
            assertThat(DIST.resolve("lib/native").resolve(machine))
                    .isDirectoryContaining("glob:**/libjffi-*.so")
                    .isDirectoryContaining("glob:**/libjunixsocket-native-*.so");
        }
    }

    @Test
    void saysThatJavaIsMissing() throws IOException {
        for (String tool : new String[] {"sh", "readlink", "uname"}) {
            Files.createSymbolicLink(directory.resolve(tool), Path.of("/bin", tool));
        }
        CommandResult result = start(Map.of("PATH", directory.toString()), DIST.resolve("bin/rootlessnet"));
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.stderr())
                .isEqualTo("rootlessnet: no java on PATH. Install Java 17 or newer (Debian, Ubuntu:"
                        + " openjdk-17-jre-headless), or set JAVA_HOME.\n");
    }

    @Test
    void saysThatJavaIsTooOld() throws IOException {
        Path java = Files.createDirectories(directory.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        CommandResult result = start(
                Map.of("PATH", System.getenv("PATH"), "JAVA_HOME", directory.toString()),
                DIST.resolve("bin/rootlessnet"));
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.stderr())
                .isEqualTo(
                        "rootlessnet: " + java + " is Java 11.0.2, but 17 or newer is needed. Set JAVA_HOME to one.\n");
    }

    private static CommandResult start(Map<String, String> environment, Path program) {
        var builder = new ProcessBuilder(program.toString(), "--version");
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (!environment.containsKey("PATH")) {
            builder.environment().put("PATH", System.getenv("PATH"));
        }
        return CommandResult.run(builder);
    }
}
