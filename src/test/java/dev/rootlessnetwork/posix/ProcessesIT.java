package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Procfs and Rlimits, on processes that are there and on ones that are not. */
class ProcessesIT {
    private final SpawnedProcesses processes = new SpawnedProcesses();

    @AfterEach
    void endProcesses() throws PosixException {
        processes.close();
    }

    @Test
    void readsWhatAProcessIs() throws Exception {
        String script = "print(flush=True); import time; time.sleep(1000)";
        int pid;
        try (Pipe running = Pipe.open()) {
            pid = processes.start(
                    SpawnedProcesses.command(Map.of(1, running.writeEnd()), "python3", "-c", script, "", "ümlaut ) x"));
            running.writeEnd().close();
            assertThat(running.readEnd().read(new byte[1])).isEqualTo(1);
        }

        assertThat(Procfs.commandLine(pid)).isEqualTo(List.of("python3", "-c", script, "", "ümlaut ) x"));
        assertThat(Procfs.startTime(pid).orElseThrow())
                .isGreaterThanOrEqualTo(
                        Procfs.startTime((int) ProcessHandle.current().pid()).orElseThrow());
        assertThat(Procfs.threadGroup(pid)).hasValue(pid);
        assertThat(Procfs.pids()).contains(pid, (int) ProcessHandle.current().pid());
    }

    @Test
    void answersEmptyForAProcessThatIsNotThere() {
        int absent = Procfs.pidMax();

        assertThat(Procfs.startTime(absent)).isEmpty();
        assertThat(Procfs.state(absent)).isEmpty();
        assertThat(Procfs.threadGroup(absent)).isEmpty();
        assertThat(Procfs.commandLine(absent)).isEmpty();
        assertThat(Procfs.pids()).doesNotContain(absent);
    }

    @Test
    void knowsTheBoot() throws Exception {
        assertThat(Procfs.bootId())
                .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip());
    }

    @Test
    void limitsTheFilesOfAnotherProcess() throws Exception {
        int pid = processes.start(SpawnedProcesses.command(Map.of(), "sleep", "1000"));

        Rlimits.limitFileSize(pid, 1_048_576);

        assertThat(Files.readString(Path.of("/proc/" + pid + "/limits")))
                .containsPattern("Max file size +1048576 +1048576 +bytes");
        Rlimits.limitFileSize(pid, 4096);
        Rlimits.limitFileSize(pid, 1_048_576);
        assertThat(Files.readString(Path.of("/proc/" + pid + "/limits")))
                .as("a lower limit stays")
                .containsPattern("Max file size +4096 +4096 +bytes");
        assertThatThrownBy(() -> Rlimits.limitFileSize(Procfs.pidMax(), 1))
                .isInstanceOf(PosixException.class)
                .hasMessage("limit the size of files of process " + Procfs.pidMax() + ": No such process (ESRCH)");
        assertThatThrownBy(() -> Rlimits.limitFileSize(0, 1))
                .as("0 would be ourselves")
                .isInstanceOf(IllegalArgumentException.class);
    }
}
