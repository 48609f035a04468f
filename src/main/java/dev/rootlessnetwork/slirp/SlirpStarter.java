package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Pipe;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.posix.Rlimits;
import dev.rootlessnetwork.posix.Signal;
import dev.rootlessnetwork.posix.Spawn;
import dev.rootlessnetwork.posix.User;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts slirp4netns with exactly the descriptors that it needs, and waits until it is ready. */
public final class SlirpStarter {
    private static final Logger LOG = LoggerFactory.getLogger(SlirpStarter.class);
    private static final int EXIT_FD = 3;
    private static final int READY_FD = 4;
    private static final int READY = '1';
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int LOG_LINES = 3;
    private static final int LOG_BYTES = 1000;

    /** What slirp4netns says when the sandbox, and nothing else, cannot be had. */
    private static final String SANDBOX_FAILED = "create_sandbox failed";

    /**
     * Blocks until slirp4netns is ready, or has failed. A sandbox that cannot be had is done without, with a warning.
     *
     * @throws SlirpStartException if it did not get ready; nothing of it is left then
     * @throws UnsupportedOptionException if the binary lacks a flag that is needed
     */
    public StartedSlirp start(SlirpBinary binary, SlirpLaunch launch)
            throws SlirpStartException, UnsupportedOptionException {
        boolean sandbox = launch.sandbox() && binary.features().has(Flag.ENABLE_SANDBOX);
        if (sandbox) {
            try {
                return start(binary, launch, true);
            } catch (SlirpStartException e) {
                if (!e.getMessage().contains(SANDBOX_FAILED)) {
                    throw e;
                }
                LOG.warn("slirp4netns cannot confine itself; starting it without its sandbox error={}", e.getMessage());
            }
        }
        return start(binary, launch, false);
    }

    private static StartedSlirp start(SlirpBinary binary, SlirpLaunch launch, boolean sandbox)
            throws SlirpStartException, UnsupportedOptionException {
        boolean watchTarget = launch.target() != null && PidFd.hangsUp();
        SlirpCommand command = new SlirpCommand(
                launch.options(),
                sandbox,
                OutboundAddress6.resolve(launch.options().outboundAddr6()),
                watchTarget ? EXIT_FD : null,
                READY_FD,
                launch.apiSocket().toString(),
                launch.netns().procPath().toString(),
                launch.userns() == null ? null : launch.userns().procPath().toString(),
                launch.target() == null ? null : launch.target().pid());
        List<String> arguments = command.arguments(binary);
        LOG.debug("Command line arguments={}", arguments);
        try (Pipe ready = Pipe.open();
                Fd input = Fd.openNull();
                Fd output = Fd.openAppend(launch.log())) {
            Files.deleteIfExists(launch.apiSocket());
            SlirpLog.cut(launch.log());
            SortedMap<Integer, Fd> descriptors = new TreeMap<>(Map.of(0, input, 1, output, 2, output));
            if (watchTarget && launch.target() != null) {
                descriptors.put(EXIT_FD, launch.target().fd());
            }
            descriptors.put(READY_FD, ready.writeEnd());
            Spawn spawn = new Spawn(binary.path(), arguments, Map.of(), descriptors);
            int pid = inNamespace(sandbox, binary, launch, spawn::start);
            ready.writeEnd().close();
            return awaitReady(launch, sandbox, pid, ready);
        } catch (IOException e) {
            throw new SlirpStartException(
                    SlirpStartException.Kind.FAILED, "cannot start slirp4netns: " + e.getMessage(), e);
        }
    }

    /** As root the sandbox needs mounts of its own, or what it mounts and unmounts reaches the host. */
    private static int inNamespace(boolean sandbox, SlirpBinary binary, SlirpLaunch launch, Callable<Integer> spawn)
            throws IOException {
        try {
            return sandbox && User.effectiveId() == 0
                    ? Namespaces.inPrivateMountNamespace(List.of(binary.path(), launch.log()), spawn)
                    : spawn.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static StartedSlirp awaitReady(SlirpLaunch launch, boolean sandbox, int pid, Pipe ready)
            throws IOException, SlirpStartException {
        Instant startedAt = Instant.now();
        boolean isReady = false;
        try (PidFd process = PidFd.open(pid)) {
            try {
                Rlimits.limitFileSize(pid, SlirpLog.LIMIT);
                if (!ready.awaitReadable(launch.readyTimeout())) {
                    end(process, pid);
                    throw new SlirpStartException(
                            SlirpStartException.Kind.READY_TIMEOUT,
                            "slirp4netns was not ready within "
                                    + launch.readyTimeout().toMillis() + " ms and was ended." + lastWords(launch));
                }
                byte[] answer = new byte[1];
                if (ready.readEnd().read(answer) != 1 || answer[0] != READY) {
                    ExitStatus status = end(process, pid);
                    throw new SlirpStartException(
                            SlirpStartException.Kind.FAILED,
                            "slirp4netns " + status + " before it was ready." + lastWords(launch));
                }
                // Only while the target lives does its number, which may have been given, mean it and no other process.
                if (launch.target() != null && launch.target().exited()) {
                    throw new SlirpStartException(
                            SlirpStartException.Kind.FAILED, "the target ended while slirp4netns was being started");
                }
                long startTime = Procfs.startTime(pid).orElse(0);
                isReady = true;
                return new StartedSlirp(pid, startTime, startedAt, sandbox, true);
            } finally {
                if (!isReady) {
                    end(process, pid);
                    Files.deleteIfExists(launch.apiSocket());
                }
            }
        }
    }

    /** Ends a process that is of no use, unless it ended by itself, and reaps it. */
    private static ExitStatus end(PidFd process, int pid) throws PosixException {
        boolean ended = process.awaitExit(Duration.ofMillis(100));
        for (Signal signal : Signal.values()) {
            if (!ended) {
                process.signal(signal);
                ended = process.awaitExit(GRACE);
            }
        }
        return Children.reap(pid).orElse(ExitStatus.UNKNOWN);
    }

    private static String lastWords(SlirpLaunch launch) {
        String tail = SlirpLog.tail(launch.log(), LOG_LINES, LOG_BYTES);
        return tail.isEmpty() ? " It said nothing." : " Its last words: " + tail;
    }
}
