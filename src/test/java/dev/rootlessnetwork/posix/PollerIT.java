package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.SpawnedProcesses.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PollerIT {
    @Test
    void tellsTheKeysOfWhatIsReadable() throws Exception {
        try (Poller poller = Poller.open();
                Pipe one = Pipe.open();
                Pipe other = Pipe.open()) {
            poller.add(one.readEnd(), 7, Poller.Interest.INPUT);
            poller.add(other.readEnd(), Long.MAX_VALUE, Poller.Interest.INPUT);
            assertThat(poller.await(Duration.ZERO)).isEmpty();

            other.writeEnd().write(new byte[1]);
            assertThat(poller.await(DEADLINE)).containsExactly(Long.MAX_VALUE);
            one.writeEnd().close();
            assertThat(poller.await(DEADLINE))
                    .as("the end counts as well")
                    .containsExactlyInAnyOrder(7L, Long.MAX_VALUE);

            poller.remove(other.readEnd());
            assertThat(poller.await(DEADLINE)).containsExactly(7L);
        }
    }

    @Test
    void tellsTheEndOfAProcess() throws Exception {
        int pid = SpawnedProcesses.command(Map.of(), "sleep", "1000").start();
        try (Poller poller = Poller.open();
                PidFd process = PidFd.open(pid)) {
            poller.add(process.fd(), 1, Poller.Interest.INPUT);
            process.signal(Signal.KILL);
            assertThat(poller.await(null)).containsExactly(1L);
        } finally {
            assertThat(Children.await(pid, DEADLINE)).isPresent();
        }
    }

    @Test
    void isWokenEachTimeFromAnotherThread() throws Exception {
        try (Poller poller = Poller.open()) {
            for (int i = 0; i < 1000; i++) {
                CompletableFuture<Void> waking = CompletableFuture.runAsync(poller::wakeUp, Threads.OWN);
                assertThat(poller.await(DEADLINE)).isEmpty();
                waking.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(poller.await(Duration.ofMillis(1)))
                    .as("no wake-up is left over to cut this wait short")
                    .isEmpty();
        }
    }

    @Test
    void endsAWaitWhenItIsClosedHoweverCloseTheTwoAre() throws Exception {
        for (int i = 0; i < 500; i++) {
            Poller poller = Poller.open();
            CompletableFuture<List<Long>> waiting = CompletableFuture.supplyAsync(() -> await(poller), Threads.OWN);
            poller.close();
            try {
                assertThat(waiting.get(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isEmpty();
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e).rootCause().hasMessageEndingWith("after its end: Bad file descriptor (EBADF)");
            }
        }
    }

    private static List<Long> await(Poller poller) {
        try {
            return poller.await(null);
        } catch (PosixException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void tellsMoreThanFitsIntoOneAnswer() throws Exception {
        List<Pipe> pipes = new ArrayList<>();
        try (Poller poller = Poller.open()) {
            for (int i = 0; i < 300; i++) {
                Pipe pipe = Pipe.open();
                pipes.add(pipe);
                poller.add(pipe.readEnd(), i, Poller.Interest.INPUT);
                pipe.writeEnd().close();
            }
            int told = 0;
            while (told < pipes.size()) {
                for (long key : poller.await(DEADLINE)) {
                    poller.remove(pipes.get((int) key).readEnd());
                    told++;
                }
            }
            assertThat(poller.await(Duration.ZERO)).isEmpty();
        } finally {
            pipes.forEach(Pipe::close);
        }
    }

    @Test
    void refusesToWatchOneDescriptorTwice() throws Exception {
        try (Poller poller = Poller.open();
                Pipe pipe = Pipe.open()) {
            poller.add(pipe.readEnd(), 1, Poller.Interest.INPUT);
            assertThatThrownBy(() -> poller.add(pipe.readEnd(), 2, Poller.Interest.INPUT))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("watch " + pipe.readEnd() + ": File exists (EEXIST)");
        }
    }
}
