package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Starts processes by {@link Spawn} for a test, and ends and reaps them afterwards, whatever became of the test. */
final class SpawnedProcesses implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C.UTF-8");

    private final List<Integer> started = new ArrayList<>();

    /** A command whose program is found in the usual places. */
    static Spawn command(Map<Integer, Fd> descriptors, String... command) {
        SortedMap<Integer, Fd> sorted = new TreeMap<>(descriptors);
        return new Spawn(program(command[0]), List.of(command), ENVIRONMENT, sorted);
    }

    private static Path program(String name) {
        for (String directory : new String[] {"/usr/bin", "/bin", "/usr/sbin", "/sbin"}) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return Path.of(directory, name);
            }
        }
        throw new IllegalStateException(name + " is needed by this test; install it");
    }

    int start(Spawn spawn) throws PosixException {
        int pid = spawn.start();
        started.add(pid);
        return pid;
    }

    /** Runs a command to its end and returns what it wrote. */
    static String output(Map<Integer, Fd> descriptors, String... command) throws PosixException {
        try (Pipe pipe = Pipe.open()) {
            SortedMap<Integer, Fd> all = new TreeMap<>(descriptors);
            all.put(1, pipe.writeEnd());
            all.put(2, pipe.writeEnd());
            int pid = command(all, command).start();
            pipe.writeEnd().close();
            String output = new String(readAll(pipe.readEnd()), StandardCharsets.UTF_8);
            ExitStatus status = Children.await(pid, DEADLINE).orElseThrow();
            if (!status.equals(new ExitStatus(0, 0))) {
                throw new IllegalStateException(List.of(command) + " " + status + ": " + output);
            }
            return output;
        }
    }

    static byte[] readAll(Fd fd) throws PosixException {
        var all = new java.io.ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int count = fd.read(buffer); count > 0; count = fd.read(buffer)) {
            all.write(buffer, 0, count);
        }
        return all.toByteArray();
    }

    /** What a process has open: descriptor number and what it leads to. */
    static SortedMap<Integer, String> descriptors(long pid) throws IOException {
        SortedMap<Integer, String> descriptors = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path entry : entries) {
                String number = String.valueOf(entry.getFileName());
                descriptors.put(
                        Integer.valueOf(number), Files.readSymbolicLink(entry).toString());
            }
        }
        return descriptors;
    }

    @Override
    public void close() throws PosixException {
        for (int pid : started) {
            try (PidFd process = PidFd.open(pid)) {
                process.signal(Signal.KILL);
            } catch (PosixException e) {
                if (!e.is("ESRCH")) {
                    throw e;
                }
            }
            var unused = Children.await(pid, DEADLINE);
        }
    }
}
