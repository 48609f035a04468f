package dev.rootlessnetwork.slirp;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds slirp4netns and asks it what it can do, once for each state of the file. Thread-safe. */
public final class SlirpLocator {
    private static final String NAME = "slirp4netns";

    /** How long a failure is believed in: many networks that ask at once are not to wait for a hanging one each. */
    private static final Duration FAILURE_HOLDS = Duration.ofSeconds(10);

    private static final Pattern VERSION = Pattern.compile("slirp4netns version (\\S+)");

    private record Edition(Path path, FileTime modified, long size) {}

    private record Failure(Edition edition, String message, long atNanos) {}

    private final @Nullable String searchPath;
    private final Map<Edition, SlirpBinary> known = new HashMap<>();
    private @Nullable Failure failure;

    /** Searches the PATH of this process. */
    public SlirpLocator() {
        this(System.getenv("PATH"));
    }

    SlirpLocator(@Nullable String searchPath) {
        this.searchPath = searchPath;
    }

    /**
     * Blocks for up to 10 s where the executable does not end by itself.
     *
     * @param configured null: the first on PATH
     */
    public synchronized SlirpBinary locate(@Nullable Path configured) throws SlirpUnavailableException {
        Path path = configured == null ? search() : executable(configured);
        try {
            Edition edition = new Edition(path, Files.getLastModifiedTime(path), Files.size(path));
            SlirpBinary binary = known.get(edition);
            if (binary == null) {
                binary = probe(edition);
                known.clear();
                known.put(edition, binary);
            }
            return binary;
        } catch (IOException e) {
            throw new SlirpUnavailableException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    private Path search() throws SlirpUnavailableException {
        String directories = searchPath == null ? "" : searchPath;
        for (String directory : directories.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory, NAME);
            if (!directory.isEmpty() && isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new SlirpUnavailableException("no executable slirp4netns on PATH (" + directories
                + "): install the package slirp4netns, or name one with --network-cmd-path");
    }

    private static Path executable(Path configured) throws SlirpUnavailableException {
        if (!isExecutable(configured)) {
            throw new SlirpUnavailableException("--network-cmd-path " + configured
                    + " is no executable file: install slirp4netns there, or name another");
        }
        return configured;
    }

    private static boolean isExecutable(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    private SlirpBinary probe(Edition edition) throws SlirpUnavailableException {
        Failure last = failure;
        if (last != null
                && last.edition.equals(edition)
                && System.nanoTime() - last.atNanos < FAILURE_HOLDS.toNanos()) {
            throw new SlirpUnavailableException(last.message);
        }
        try {
            Path path = edition.path;
            SlirpFeatures features = SlirpFeatures.fromHelp(SlirpProbe.ask(path, "--help"));
            Matcher version = VERSION.matcher(SlirpProbe.ask(path, "--version"));
            failure = null;
            return new SlirpBinary(path, version.find() ? version.group(1) : "unknown", features);
        } catch (SlirpUnavailableException e) {
            failure = new Failure(edition, e.getMessage(), System.nanoTime());
            throw e;
        }
    }
}
