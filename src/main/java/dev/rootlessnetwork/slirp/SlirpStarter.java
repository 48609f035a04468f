package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Namespaces;
import dev.rootlessnetwork.posix.OomScore;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Pipe;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.posix.Rlimits;
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
    private static final Duration OWN_END = Duration.ofMillis(100);

    /** What slirp4netns says when its sandbox cannot be had. Its other words depend on why. */
    private static final String SANDBOX_FAILED = "create_sandbox failed";

    /**
     * Blocks until slirp4netns is ready, or has failed. A sandbox that cannot be had is done without, with a warning; this is
     * a second attempt, with a deadline of its own.
     *
     * @throws SlirpStartException if it did not get ready; nothing of it is left then
     * @throws UnsupportedOptionException if the binary lacks a flag that is needed
     */
    public StartedSlirp start(SlirpBinary binary, SlirpLaunch launch)
            throws SlirpStartException, UnsupportedOptionException {
        if (!launch.sandbox()) {
            return start(binary, launch, false);
        }
        if (!binary.features().has(Flag.ENABLE_SANDBOX)) {
            LOG.warn(
                    "slirp4netns has no sandbox; starting it without path={} version={}",
                    binary.path(),
                    binary.version());
            return start(binary, launch, false);
        }
        try {
            return start(binary, launch, true);
        } catch (SlirpStartException e) {
            if (!SlirpLog.lastRun(launch.log()).contains(SANDBOX_FAILED)) {
                throw e;
            }
            LOG.warn("slirp4netns cannot confine itself; starting it without its sandbox error={}", e.getMessage());
        }
        return start(binary, launch, false);
    }

    private static StartedSlirp start(SlirpBinary binary, SlirpLaunch launch, boolean sandbox)
            throws SlirpStartException, UnsupportedOptionException {
        PidFd target = PidFd.hangsUp() ? launch.target() : null;
        List<String> arguments = command(launch, sandbox, target != null).arguments(binary);
        LOG.debug("Command line arguments={}", arguments);
        try (Pipe ready = Pipe.open();
                Fd input = Fd.openNull();
                Fd output = Fd.openAppend(launch.log())) {
            Files.deleteIfExists(launch.apiSocket());
            SlirpLog.cut(launch.log());
            SlirpLog.mark(launch.log(), Instant.now());
            SortedMap<Integer, Fd> descriptors = new TreeMap<>(Map.of(0, input, 1, output, 2, output));
            if (target != null) {
                descriptors.put(EXIT_FD, target.fd());
            }
            descriptors.put(READY_FD, ready.writeEnd());
            Spawn spawn = new Spawn(binary.path(), arguments, SlirpBinary.environment(), descriptors);
            PidFd process = inNamespace(sandbox, binary, launch, spawn::startHeld);
            ready.writeEnd().close();
            return awaitReady(launch, sandbox, process, ready);
        } catch (IOException e) {
            throw failed("cannot start slirp4netns: " + e.getMessage(), e);
        }
    }

    private static SlirpCommand command(SlirpLaunch launch, boolean sandbox, boolean watchTarget)
            throws SlirpStartException {
        return new SlirpCommand(
                launch.options(),
                launch.configure(),
                sandbox,
                OutboundAddress6.resolve(launch.options().outboundAddr6()),
                watchTarget ? EXIT_FD : null,
                READY_FD,
                launch.apiSocket().toString(),
                launch.netns().procPath().toString(),
                launch.userns() == null ? null : launch.userns().procPath().toString(),
                launch.target() == null ? null : launch.target().pid());
    }

    private static SlirpStartException failed(String message, IOException cause) {
        return new SlirpStartException(SlirpStartException.Kind.FAILED, message, cause);
    }

    /** As root the sandbox needs mounts of its own, or what it mounts and unmounts reaches the host. */
    private static PidFd inNamespace(boolean sandbox, SlirpBinary binary, SlirpLaunch launch, Callable<PidFd> spawn)
            throws IOException {
        try {
            return sandbox && User.effectiveId() == 0
                    ? Namespaces.inPrivateMountNamespace(
                            List.of(binary.path(), launch.log(), launch.apiSocket()), spawn)
                    : spawn.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private enum Outcome {
        READY,
        DIED,
        LATE,
        TARGET_ENDED,
        /** Its ports could never be changed. */
        WITHOUT_API
    }

    private static StartedSlirp awaitReady(SlirpLaunch launch, boolean sandbox, PidFd process, Pipe ready)
            throws IOException, SlirpStartException {
        Instant startedAt = Instant.now();
        Outcome outcome;
        try {
            Rlimits.limitFileSize(process.pid(), SlirpLog.LIMIT);
            exposeToOomKiller(process.pid());
            launch.placement().place(process.pid());
            outcome = outcome(launch, ready);
        } catch (IOException | RuntimeException e) {
            end(launch, process, Duration.ZERO);
            throw e;
        }
        if (outcome == Outcome.READY) {
            long startTime = Procfs.startTime(process.pid()).orElse(0);
            return new StartedSlirp(process, startTime, startedAt, sandbox, true);
        }
        ExitStatus status = end(launch, process, outcome == Outcome.DIED ? OWN_END : Duration.ZERO);
        throw switch (outcome) {
            case LATE ->
                new SlirpStartException(
                        SlirpStartException.Kind.READY_TIMEOUT,
                        "slirp4netns was not ready within "
                                + launch.readyTimeout().toMillis() + " ms and was ended." + lastWords(launch));
            case TARGET_ENDED ->
                new SlirpStartException(
                        SlirpStartException.Kind.FAILED, "the target ended while slirp4netns was being started");
            case WITHOUT_API ->
                new SlirpStartException(
                        SlirpStartException.Kind.FAILED,
                        "slirp4netns said it was ready, but made no API socket at " + launch.apiSocket() + "."
                                + lastWords(launch));
            default ->
                new SlirpStartException(
                        SlirpStartException.Kind.FAILED,
                        "slirp4netns " + status + " before it was ready." + lastWords(launch));
        };
    }

    /**
     * An agent's pod is more precious than those of tenants (system-node-critical: -997), and what it starts inherits that. A slirp4netns
     * that a tenant's traffic has bloated must not be, or their pods would be killed in its place.
     */
    public static void exposeToOomKiller(int pid) {
        try {
            OomScore.raise(pid, OomScore.NEUTRAL);
        } catch (IOException e) {
            LOG.warn("The kernel may spare slirp4netns when memory runs out pid={} error={}", pid, e.toString());
        }
    }

    private static Outcome outcome(SlirpLaunch launch, Pipe ready) throws IOException {
        if (!ready.awaitReadable(launch.readyTimeout())) {
            return Outcome.LATE;
        }
        byte[] answer = new byte[1];
        if (ready.readEnd().read(answer) != 1 || answer[0] != READY) {
            return Outcome.DIED;
        }
        // Only while the target lives does its number, which may have been given, mean it and no other process.
        if (launch.target() != null && launch.target().exited()) {
            return Outcome.TARGET_ENDED;
        }
        return Files.exists(launch.apiSocket()) ? Outcome.READY : Outcome.WITHOUT_API;
    }

    /**
     * Ends a process that is of no use, with all that it started, reaps it, and lets go of it: SIGTERM, SIGKILL 2 s later.
     *
     * @param patience how long it may take to end by itself, whose exit status tells more than that of a signal
     */
    private static ExitStatus end(SlirpLaunch launch, PidFd process, Duration patience) throws IOException {
        try (process) {
            if (!process.awaitExit(patience)) {
                process.end(GRACE);
            }
            Children.killGroup(process.pid());
            return Children.reap(process.pid()).orElse(ExitStatus.UNKNOWN);
        } finally {
            Files.deleteIfExists(launch.apiSocket());
        }
    }

    private static String lastWords(SlirpLaunch launch) {
        String tail = SlirpLog.lastWords(launch.log());
        return tail.isEmpty() ? " It said nothing." : " Its last words: " + tail;
    }
}
