package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The packaged program running, target/dist/bin/rootlessnet, with its output in a file. */
public final class Program implements AutoCloseable {
    private static final Path EXECUTABLE =
            Path.of("target/dist/bin/rootlessnet").toAbsolutePath();

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it, and does not wait for anything. */
    public static Program start(Path output, String... arguments) {
        try {
            ProcessBuilder builder =
                    builder(arguments).redirectErrorStream(true).redirectOutput(output.toFile());
            return new Program(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end. */
    public static CommandResult run(String... arguments) {
        return CommandResult.run(builder(arguments));
    }

    /** The command line that starts it on the JVM of the tests, for programs that keep nothing of the environment. */
    public static List<String> command(String... arguments) {
        String javaHome = "JAVA_HOME=" + System.getProperty("java.home");
        return Stream.concat(Stream.of("/usr/bin/env", javaHome, EXECUTABLE.toString()), Stream.of(arguments))
                .toList();
    }

    private static ProcessBuilder builder(String... arguments) {
        List<String> command = Stream.concat(Stream.of(EXECUTABLE.toString()), Stream.of(arguments))
                .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** PID of the program's JVM: its start script makes way for it. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has said so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end by SIGTERM, and waits for that. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    /** Kills it with SIGKILL, and waits until it is gone. */
    @Override
    public void close() {
        Readiness.kill(process);
    }
}
