package dev.rootlessnetwork.slirp;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds slirp4netns and asks it what it can do, once for each state of the file. Thread-safe. */
public final class SlirpLocator {
    private static final String NAME = "slirp4netns";
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final int LONGEST_OUTPUT = 64 << 10;
    private static final int LONGEST_QUOTE = 300;
    private static final Pattern VERSION = Pattern.compile("slirp4netns version (\\S+)");

    private record Edition(Path path, FileTime modified, long size) {}

    private final @Nullable String searchPath;
    private final Map<Edition, SlirpBinary> known = new HashMap<>();

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
                binary = probe(path);
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

    private static SlirpBinary probe(Path path) throws SlirpUnavailableException {
        String help = run(path, "--help");
        Matcher version = VERSION.matcher(run(path, "--version"));
        return new SlirpBinary(path, version.find() ? version.group(1) : "unknown", SlirpFeatures.fromHelp(help));
    }

    private static String run(Path path, String flag) throws SlirpUnavailableException {
        Process process;
        try {
            process = new ProcessBuilder(path.toString(), flag)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new SlirpUnavailableException("cannot run " + path + " " + flag + ": " + e.getMessage(), e);
        }
        try (InputStream stream = process.getInputStream()) {
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> read(stream));
            Optional<Integer> status = await(process);
            if (status.isEmpty()) {
                throw new SlirpUnavailableException(
                        path + " " + flag + " did not end within " + DEADLINE.toSeconds() + " s: is it slirp4netns?");
            }
            String text = new String(output.join(), StandardCharsets.UTF_8);
            if (status.get() != 0) {
                throw new SlirpUnavailableException(path + " " + flag + " exited with status " + status.get() + ": "
                        + SlirpLog.clean(text, LONGEST_QUOTE));
            }
            return text;
        } catch (IOException e) {
            throw new SlirpUnavailableException("cannot read the output of " + path + " " + flag, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] read(InputStream stream) {
        try {
            return stream.readNBytes(LONGEST_OUTPUT);
        } catch (IOException e) {
            return new byte[0]; // it was ended at the deadline, which is told elsewhere
        }
    }

    private static Optional<Integer> await(Process process) {
        try {
            return process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    ? Optional.of(process.exitValue())
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
