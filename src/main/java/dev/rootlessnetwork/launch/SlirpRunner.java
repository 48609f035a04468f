package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.slirp.SlirpApi;
import dev.rootlessnetwork.slirp.SlirpBinary;
import dev.rootlessnetwork.slirp.SlirpLaunch;
import dev.rootlessnetwork.slirp.SlirpLog;
import dev.rootlessnetwork.slirp.SlirpOptionSupport;
import dev.rootlessnetwork.slirp.SlirpStartException;
import dev.rootlessnetwork.slirp.SlirpStarter;
import dev.rootlessnetwork.slirp.SlirpUnavailableException;
import dev.rootlessnetwork.slirp.StartedSlirp;
import dev.rootlessnetwork.slirp.UnsupportedOptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The slirp4netns of one network: starts it, ends it, and notices its death. Guarded by its network's lock. */
final class SlirpRunner {
    private static final Logger LOG = LoggerFactory.getLogger(SlirpRunner.class);

    private final LauncherContext context;
    private final NetworkFiles files;
    private final Runnable onExit;
    private @Nullable SlirpHandle handle;
    private RestartBackoff backoff = RestartBackoff.NONE;
    private @Nullable Problem problem;
    private long oomKillsBefore;

    /** @param onExit called when slirp4netns ends by itself, on the supervisor's thread */
    SlirpRunner(LauncherContext context, NetworkFiles files, Runnable onExit) {
        this.context = context;
        this.files = files;
        this.onExit = onExit;
    }

    /** The live process, be it one that {@link #stop} could not end; null if there is none. */
    @Nullable
    SlirpProcess process() {
        return handle != null && handle.alive() ? handle.process() : null;
    }

    /** Whether a process has ended that {@link #takeDeath} has not told of yet: nothing is to be started before. */
    boolean hasDied() {
        return handle != null && !handle.alive();
    }

    /** Why the last start failed or the process died; null if neither. */
    @Nullable
    Problem problem() {
        return problem;
    }

    Instant startNotBefore() {
        return backoff.nextStart();
    }

    SlirpApi api() {
        return new SlirpApi(files.apiSocket(), context.listener());
    }

    /** Whether the API socket is there, so that ports can be changed. */
    boolean controllable() {
        return Files.exists(files.apiSocket());
    }

    /** Takes over a process that an earlier operator started, if it still lives. */
    boolean adopt(SlirpProcess process) {
        Optional<SlirpHandle> adopted = SlirpHandle.adopt(process, context.supervisor(), onExit);
        adopted.ifPresent(found -> {
            LOG.info("Adopting slirp4netns pid={} directory={}", process.pid(), files.directory());
            handle = found;
            oomKillsBefore = context.cgroups().oomKills(files);
            context.cgroups().adoptNetwork(files, process.pid());
            SlirpStarter.exposeToOomKiller(process.pid());
        });
        return adopted.isPresent();
    }

    /** Lets go of a process that has ended, and says how; empty if none has. */
    Optional<String> takeDeath() {
        if (handle == null || handle.alive()) {
            return Optional.empty();
        }
        String death = "slirp4netns (PID " + handle.process().pid() + ") " + handle.ending()
                + context.cgroups()
                        .wantOfMemory(files, oomKillsBefore)
                        .map(why -> ": " + why)
                        .orElse("");
        Instant startedAt = handle.process().startedAt();
        handle.close();
        handle = null;
        removeSocket();
        backoff = backoff.died(startedAt, context.clock().instant());
        return Optional.of(death);
    }

    /** Remembers a death that was not asked for, for the status. */
    void reportDeath(String death, int restarts) {
        problem = Problem.retried(Reason.SlirpExited, death + "; restarts so far: " + restarts + "." + lastLines());
        LOG.warn("slirp4netns ended by itself directory={} what={}", files.directory(), death);
        cutLog();
    }

    /** Forgets failures, because what they were about is gone. */
    void forgetFailures() {
        problem = null;
        backoff = RestartBackoff.NONE;
    }

    /** What stands in the way of starting a plan, as far as it can be told without trying. */
    Optional<Problem> obstacle(NetworkOptions options) {
        try {
            SlirpOptionSupport.check(locate(), options);
            return Optional.empty();
        } catch (SlirpUnavailableException e) {
            return Optional.of(Problem.stalled(Reason.BinaryNotFound, e.getMessage()));
        } catch (UnsupportedOptionException e) {
            return Optional.of(Problem.stalled(Reason.UnsupportedOption, e.getMessage()));
        }
    }

    /**
     * Starts slirp4netns and waits until it is ready; what goes wrong is told by {@link #problem}.
     *
     * @param tapRefusal why there is no tap to attach to, so that it makes its own; null: there is one
     * @return the process; empty if it did not get ready
     */
    Optional<SlirpProcess> start(NetworkPlan plan, BoundTarget target, @Nullable String tapRefusal) {
        problem = null;
        long askedAt = System.nanoTime();
        oomKillsBefore = context.cgroups().oomKills(files);
        try {
            SlirpBinary binary = locate();
            LOG.info(
                    "Starting slirp4netns network={} target={}", plan.identity().key(), plan.target());
            StartedSlirp started = context.starter().start(binary, launch(plan, target, tapRefusal != null));
            SlirpProcess process = new SlirpProcess(
                    started.pid(),
                    started.startTime(),
                    Procfs.bootId(),
                    binary.version(),
                    started.startedAt(),
                    started.sandbox(),
                    started.seccomp());
            handle = watched(process, started);
            context.listener().started(Duration.ofNanos(System.nanoTime() - askedAt));
            return Optional.of(process);
        } catch (SlirpUnavailableException e) {
            notStarted(Problem.stalled(Reason.BinaryNotFound, e.getMessage()));
        } catch (UnsupportedOptionException e) {
            notStarted(Problem.stalled(Reason.UnsupportedOption, e.getMessage()));
        } catch (SlirpStartException e) {
            Reason reason =
                    e.kind() == SlirpStartException.Kind.READY_TIMEOUT ? Reason.ReadyTimeout : Reason.StartFailed;
            String also = tapRefusal == null ? "" : " It had to make the tap itself: " + tapRefusal;
            String killed = context.cgroups()
                    .wantOfMemory(files, oomKillsBefore)
                    .map(why -> " Note that " + why + ".")
                    .orElse("");
            startFailed(Problem.retried(reason, e.getMessage() + also + killed));
        } catch (PosixException e) {
            startFailed(Problem.retried(
                    Reason.StartFailed, "slirp4netns could not be watched and was ended: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private SlirpHandle watched(SlirpProcess process, StartedSlirp started) throws PosixException {
        try {
            return SlirpHandle.of(process, started.process(), context.supervisor(), onExit);
        } catch (PosixException e) {
            Children.killAndReap(started.pid());
            throw e;
        }
    }

    /** Notes that a start failed before slirp4netns was reached. */
    void startFailed(Problem why) {
        notStarted(why);
        backoff = backoff.startFailed(context.clock().instant());
    }

    private void notStarted(Problem why) {
        problem = why;
        context.listener().startFailed(why.reason());
    }

    /** Notes that a start is not to be tried before something changes. */
    void startRefused(Problem why) {
        problem = why;
    }

    private SlirpBinary locate() throws SlirpUnavailableException {
        return context.locator().locate(context.config().networkCmdPath());
    }

    private SlirpLaunch launch(NetworkPlan plan, BoundTarget target, boolean configure) {
        return new SlirpLaunch(
                plan.options(),
                target.netns(),
                target.userns(),
                target.process(),
                files.apiSocket(),
                files.log(),
                context.config().sandbox(),
                context.config().readyTimeout(),
                context.cgroups().ofNetwork(files),
                configure);
    }

    /**
     * Ends slirp4netns, if it runs, and waits for that.
     *
     * @return why it goes on, as {@link #process} does; empty if it does not
     */
    Optional<String> stop(String why) {
        if (handle == null) {
            return Optional.empty();
        }
        LOG.info("Stopping slirp4netns pid={} why={}", handle.process().pid(), why);
        Optional<String> left = handle.stop();
        if (left.isEmpty()) {
            handle.close();
            handle = null;
            removeSocket();
        }
        return left;
    }

    /** Ends supervision; slirp4netns goes on. */
    void detach() {
        Closing.one(handle);
        handle = null;
    }

    /** Keeps the log small; each API call adds a line to it. */
    void cutLog() {
        try {
            SlirpLog.cut(files.log());
        } catch (IOException e) {
            LOG.warn("Cannot cut a log file={} error={}", files.log(), e.getMessage());
        }
    }

    private String lastLines() {
        String tail = SlirpLog.lastWords(files.log());
        return tail.isEmpty() ? "" : " Its last words: " + tail;
    }

    private void removeSocket() {
        try {
            Files.deleteIfExists(files.apiSocket());
        } catch (IOException e) {
            LOG.warn("Cannot remove an API socket file={} error={}", files.apiSocket(), e.getMessage());
        }
    }
}
