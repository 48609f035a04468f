package dev.rootlessnetwork.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process with a root file system and mounts of its own, as in a container: its /run is another than the host's, and what is mounted on the
 * host later does not reach it.
 */
public final class Container implements AutoCloseable {
    private static final Path ROOTS = Path.of("/run/containers-of-tests");

    private final Path root;
    private final Process process;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    /**
     * Starts a main class of the tests.
     *
     * @param unshare flags of unshare(1) besides {@code --mount}
     * @param outer a command line that runs the rest of its own, such as setpriv(1); empty for none
     */
    public Container(List<String> unshare, List<String> outer, Class<?> main, String... arguments) throws IOException {
        this(null, unshare, outer, main, arguments);
    }

    /**
     * The same, with a directory of the host.
     *
     * @param mounted below /run of the host, and under the same name in the container; null: none
     */
    public Container(
            @Nullable Path mounted, List<String> unshare, List<String> outer, Class<?> main, String... arguments)
            throws IOException {
        root = Files.createTempDirectory(Files.createDirectories(ROOTS), "root");
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
        Stream.of(unshare, List.of("sh", script(), root.toString()), outer, java, List.of(arguments))
                .forEach(command::addAll);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (mounted != null) {
            builder.environment().put("MOUNTED", mounted.toString());
        }
        process = builder.start();
        Thread reader = new Thread(this::collect, "container-output");
        reader.setDaemon(true);
        reader.start();
    }

    private static String script() {
        try {
            return Path.of(Objects.requireNonNull(Container.class.getResource("container.sh"))
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void collect() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            output.lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has said so far, line by line. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** Writes a line to its standard input. */
    public void tell(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** A path of its own root, as one of ours. */
    public Path inside(String path) {
        return Path.of("/proc", Long.toString(process.pid()), "root" + path);
    }

    /** Runs a command to its end among its mounts. */
    public CommandResult run(String... command) {
        return CommandResult.run(Stream.concat(
                        Stream.of("nsenter", "--target", Long.toString(process.pid()), "--mount", "--"),
                        Stream.of(command))
                .toList());
    }

    /** Asks it to end by SIGTERM and waits for that; its exit status. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    /** Closes its standard input and waits for its end, then kills it if it has not ended. */
    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        Readiness.end(process);
        Files.delete(root);
    }
}
