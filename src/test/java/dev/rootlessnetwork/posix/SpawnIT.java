package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.SpawnedProcesses.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnIT {
    private static final String OWN_DESCRIPTORS = """
            import os
            for n in range(1024):
                try: os.fstat(n)
                except OSError: continue
                print(n, os.readlink('/proc/self/fd/%d' % n))
            """;

    private final SpawnedProcesses processes = new SpawnedProcesses();

    @TempDir
    Path directory;

    @AfterEach
    void endProcesses() throws PosixException {
        processes.close();
    }

    @Test
    void givesTheChildItsDescriptorsAndNoOther() throws Exception {
        try (Fd input = Fd.openNull();
                Fd file = Fd.openAppend(directory.resolve("file"));
                Fd other = Fd.openAppend(directory.resolve("other"))) {
            String seen = SpawnedProcesses.output(
                    Map.of(0, input, 3, file, 7, other), "python3", "-I", "-S", "-c", OWN_DESCRIPTORS);

            assertThat(seen.lines().filter(line -> !line.matches("[12] pipe:.*")))
                    .containsExactly(
                            "0 /dev/null", "3 " + directory.resolve("file"), "7 " + directory.resolve("other"));
        }
    }

    @Test
    void overwritesNoSourceThatHasTheNumberOfATarget() throws Exception {
        try (Fd first = Fd.openAppend(directory.resolve("first"));
                Fd second = Fd.openAppend(directory.resolve("second"))) {
            // Each is to get the other's number; where those are too high, low ones do no harm.
            int low = Math.min(62, first.number());
            int high = Math.min(63, second.number());
            String seen = SpawnedProcesses.output(
                    Map.of(low, second, high, first), "python3", "-I", "-S", "-c", OWN_DESCRIPTORS);

            assertThat(seen.lines())
                    .contains(low + " " + directory.resolve("second"), high + " " + directory.resolve("first"));
        }
    }

    @Test
    void leavesNoStandardDescriptorOpenToWhateverComesNext() throws Exception {
        int pid = processes.start(SpawnedProcesses.command(Map.of(), "sleep", "1000"));

        assertThat(SpawnedProcesses.descriptors(pid))
                .containsExactlyInAnyOrderEntriesOf(
                        new TreeMap<>(Map.of(0, "/dev/null", 1, "/dev/null", 2, "/dev/null")));
    }

    @Test
    void startsInAProcessGroupOfItsOwnWithDefaultSignals() throws Exception {
        int pid = processes.start(SpawnedProcesses.command(Map.of(), "sleep", "1000"));

        assertThat(Procfs.afterName(Files.readString(Path.of("/proc/" + pid + "/stat"))))
                .as("state, parent, process group")
                .element(2)
                .isEqualTo(Integer.toString(pid));
        assertThat(signals(pid, "SigBlk")).isZero();
        // glibc itself sets the two signals that it keeps for its threads, 32 and 33, to be ignored at first.
        assertThat(signals(pid, "SigIgn") & ~0x1_8000_0000L).isZero();
    }

    /** A set of signals as bits, the lowest being signal 1. */
    private static long signals(int pid, String kind) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(kind + ":"))
                .mapToLong(line ->
                        Long.parseUnsignedLong(line.substring(kind.length() + 1).strip(), 16))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void passesArgumentsAndEnvironmentWhateverTheyContain() throws Exception {
        try (Pipe pipe = Pipe.open()) {
            String script = "printf '%s|' \"$NAME\" \"$PATH\" \"$@\"";
            Spawn spawn = new Spawn(
                    Path.of("/bin/sh"),
                    List.of("sh", "-c", script, "sh", "ümläut ⇒", "", "a b"),
                    Map.of("NAME", "välue=x", "PATH", "/nowhere"),
                    new TreeMap<>(Map.of(1, pipe.writeEnd())));
            processes.start(spawn);
            pipe.writeEnd().close();

            assertThat(new String(SpawnedProcesses.readAll(pipe.readEnd()), StandardCharsets.UTF_8))
                    .isEqualTo("välue=x|/nowhere|ümläut ⇒||a b|");
        }
    }

    @Test
    void saysWhichProgramIsMissing() {
        assertThatThrownBy(() -> new Spawn(Path.of("/nowhere/x"), List.of("x"), Map.of(), new TreeMap<>()).start())
                .isInstanceOf(PosixException.class)
                .hasMessage("start /nowhere/x: No such file or directory (ENOENT)");
    }

    @Test
    void saysWhichFileIsNoProgram() throws Exception {
        Path script = Files.createFile(
                directory.resolve("x"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));

        assertThatThrownBy(() -> new Spawn(script, List.of("x"), Map.of(), new TreeMap<>()).start())
                .isInstanceOf(PosixException.class)
                .hasMessage("start " + script + ": Permission denied (EACCES)");
    }

    @Test
    void leaksNoDescriptorInTwoHundredStartsAtATimeSomeOfThemFailing() throws Exception {
        startAndReap(0); // what the JVM itself opens at first use
        int before = SpawnedProcesses.descriptors(ProcessHandle.current().pid()).size();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<ExitStatus>> ends = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int number = i;
                ends.add(threads.submit(() -> startAndReap(number)));
            }
            for (int i = 0; i < ends.size(); i++) {
                assertThat(ends.get(i).get()).isEqualTo(new ExitStatus(i % 100, 0));
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(SpawnedProcesses.descriptors(ProcessHandle.current().pid())).hasSize(before);
    }

    private static ExitStatus startAndReap(int number) throws PosixException {
        assertThatThrownBy(() -> new Spawn(Path.of("/nowhere/x"), List.of("x"), Map.of(), new TreeMap<>()).start())
                .isInstanceOf(PosixException.class);
        try (Pipe pipe = Pipe.open()) {
            int pid = SpawnedProcesses.command(
                            Map.of(1, pipe.writeEnd(), 5, pipe.readEnd()), "sh", "-c", "exit " + number % 100)
                    .start();
            return Children.await(pid, DEADLINE).orElseThrow();
        }
    }
}
