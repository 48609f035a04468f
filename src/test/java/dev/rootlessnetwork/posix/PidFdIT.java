package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.SpawnedProcesses.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PidFdIT {
    private final SpawnedProcesses processes = new SpawnedProcesses();

    @AfterEach
    void endProcesses() throws PosixException {
        processes.close();
    }

    @Test
    void followsAChildFromItsLifeToItsReaping() throws Exception {
        int pid = processes.start(SpawnedProcesses.command(Map.of(), "sleep", "1000"));
        try (PidFd process = PidFd.open(pid)) {
            assertThat(process.pid()).isEqualTo(pid);
            assertThat(process.exited()).isFalse();
            assertThat(process.awaitExit(Duration.ofNanos(1))).isFalse();
            assertThat(process.exitInfo()).isEmpty();
            assertThat(Children.reap(pid)).isEmpty();

            process.signal(Signal.TERM);
            assertThat(process.awaitExit(DEADLINE)).isTrue();

            assertThat(Procfs.state(pid)).as("a zombie").contains('Z');
            assertThat(process.exited()).isTrue();
            assertThat(Children.reap(pid)).contains(new ExitStatus(0, 15));
            assertThat(Children.reap(pid)).as("reaped before").isEmpty();
            assertThat(process.exited()).isTrue();
            assertThatThrownBy(() -> process.signal(Signal.KILL))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("send SIGKILL to process " + pid + ": No such process (ESRCH)");
            assertThatThrownBy(() -> PidFd.open(pid))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("open process " + pid + ": No such process (ESRCH)");
        }
    }

    @Test
    void tellsHowAProcessEndedThatIsNoChildOfOurs() throws Exception {
        // The kernel keeps the answer since 6.15.
        Optional<ExitStatus> expected = Kernel.current().isAtLeast(6, 15)
                ? Optional.of(new ExitStatus(0, Signal.KILL.number()))
                : Optional.empty();
        try (Pipe pipe = Pipe.open()) {
            String script = "sleep 1000 & echo $!; wait";
            int parent = processes.start(SpawnedProcesses.command(Map.of(1, pipe.writeEnd()), "sh", "-c", script));
            byte[] answer = new byte[16];
            int length = pipe.readEnd().read(answer);
            int grandchild = Integer.parseInt(new String(answer, 0, length, StandardCharsets.US_ASCII).strip());
            try (PidFd process = PidFd.open(grandchild)) {
                process.signal(Signal.KILL);
                // The shell reaps its child, and then ends itself.
                assertThat(Children.await(parent, DEADLINE)).isPresent();

                assertThat(process.exited()).isTrue();
                assertThat(Children.reap(grandchild)).as("not our child").isEmpty();
                assertThat(process.exitInfo()).isEqualTo(expected);
            }
        }
    }

    @Test
    void isRefusedForAThread() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger threadId = new AtomicInteger();
        Thread thread = new Thread(() -> {
            try {
                Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
                threadId.set(Integer.parseInt(String.valueOf(self.getFileName())));
                running.countDown();
                done.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        try {
            running.await();
            assertThatThrownBy(() -> PidFd.open(threadId.get()))
                    .isInstanceOfSatisfying(
                            PosixException.class, e -> assertThat(e.errnoName()).isIn("EINVAL", "ENOENT"));
            assertThat(Procfs.threadGroup(threadId.get()))
                    .hasValue((int) ProcessHandle.current().pid());
        } finally {
            done.countDown();
            thread.join();
        }
    }

    @Test
    void awaitsAChildAndGivesUpInTime() throws Exception {
        int lasting = processes.start(SpawnedProcesses.command(Map.of(), "sleep", "1000"));
        int brief = processes.start(SpawnedProcesses.command(Map.of(), "sh", "-c", "exit 3"));

        assertThat(Children.await(lasting, Duration.ofMillis(1))).isEmpty();
        assertThat(Children.await(brief, DEADLINE)).contains(new ExitStatus(3, 0));
        assertThat(Children.await(brief, DEADLINE)).as("no child any more").isEmpty();
    }

    @Test
    void neverWaitsForAWholeProcessGroup() {
        assertThatThrownBy(() -> Children.reap(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a process: -1");
    }
}
