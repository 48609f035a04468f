package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Executables in slirp4netns's place, for what the real one does not do on demand. */
public final class Stub {
    private Stub() {}

    /** A shell script that does as told, whatever its arguments. */
    public static Path shell(Path directory, String script) throws IOException {
        return write(directory, "#!/bin/sh\n" + script + "\n");
    }

    /** A shell script that answers --help and --version as the real slirp4netns does, and else does as told. */
    public static Path slirp4netns(Path directory, String script) throws IOException {
        return shell(directory, "case \"$1\" in --help|--version) exec slirp4netns \"$1\";; esac\n" + script);
    }

    private static Path write(Path directory, String script) throws IOException {
        Path stub = directory.resolve("stub");
        Files.writeString(stub, script);
        Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwx------"));
        return stub;
    }
}
