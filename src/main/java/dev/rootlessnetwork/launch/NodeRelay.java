package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.port.RelayPortHandler;
import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.relay.RelayClient;
import dev.rootlessnetwork.relay.RelayException;
import dev.rootlessnetwork.relay.RelayFiles;
import dev.rootlessnetwork.relay.RelayLaunch;
import dev.rootlessnetwork.relay.RelayStarter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay that the networks of a user namespace share: found where an earlier operator left it, started when ports need it, watched, and
 * started anew when it dies. Thread-safe; callers wait while one of them starts it.
 */
final class NodeRelay implements RelayPortHandler.Access, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRelay.class);
    /** By then a relay with nothing left to serve has ended. */
    private static final Duration OWN_END = Duration.ofSeconds(2);

    private final RelayConfig config;
    private final Path relays;
    private final String link;
    private final Supervisor supervisor;
    private final Clock clock;
    private final Consumer<String> changed;
    private final Set<String> users = ConcurrentHashMap.newKeySet();
    private @Nullable Fd userns;
    private @Nullable Running running;
    private RestartBackoff backoff = RestartBackoff.NONE;

    private record Running(PidFd process, RelayFiles files, Supervisor.Watch watch, Instant since)
            implements AutoCloseable {
        @Override
        public void close() {
            watch.close();
            process.close();
        }
    }

    /**
     * @param relays where relays have their files
     * @param link that names the one in charge
     * @param changed called with the UID of each user when the relay has died; must not block
     */
    NodeRelay(
            RelayConfig config,
            Path relays,
            String link,
            Supervisor supervisor,
            Clock clock,
            Consumer<String> changed) {
        this.config = config;
        this.relays = relays;
        this.link = link;
        this.supervisor = supervisor;
        this.clock = clock;
        this.changed = changed;
    }

    /** The user namespace that a relay is to be started in; null where root needs none. */
    synchronized void setUserNamespace(@Nullable Fd namespace) {
        userns = namespace;
    }

    /** Notes a network that has ports here. */
    void use(String uid) {
        users.add(uid);
    }

    /** The opposite. */
    void leave(String uid) {
        users.remove(uid);
    }

    @Override
    public synchronized Optional<RelayClient> find() throws RelayException {
        Running now = alive();
        return now == null
                ? Optional.empty()
                : Optional.of(RelayClient.connect(now.files().controlSocket()));
    }

    @Override
    public synchronized RelayClient require() throws IOException {
        Running now = alive();
        if (now == null) {
            now = start(null);
        }
        return RelayClient.connect(now.files().controlSocket());
    }

    private @Nullable Running alive() {
        if (running != null && running.process().exited()) {
            buryDead(running);
        }
        if (running == null) {
            adopt();
        }
        return running;
    }

    private Running start(@Nullable Path predecessor) throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(backoff.nextStart())) {
            throw new RelayLaunchDeferred(backoff.nextStart());
        }
        StateDirectory.makePrivate(relays);
        RelayLaunch launch = new RelayLaunch(config.command(), config.flags(), relays, link, userns, predecessor);
        LOG.info("Starting the relay link={}", link);
        try {
            return hold(RelayStarter.start(launch));
        } catch (RelayException e) {
            backoff = backoff.startFailed(now);
            throw e;
        }
    }

    private Running hold(PidFd process) throws PosixException {
        RelayFiles files = new RelayFiles(relays.resolve(Integer.toString(process.pid())));
        Running held = new Running(process, files, supervisor.onExit(process.fd(), this::tellUsers), clock.instant());
        running = held;
        return held;
    }

    /** On the supervisor's thread: whoever converges next finds it dead, and starts another. */
    private void tellUsers() {
        users.forEach(changed);
    }

    private void adopt() {
        Optional<RelayFiles> found = RelayFiles.current(relays, link);
        if (found.isEmpty() || found.get().pid() == 0) {
            return;
        }
        RelayFiles files = found.get();
        try {
            PidFd process = PidFd.open(files.pid());
            if (process.exited() || !isRelay(files.pid())) {
                process.close();
                files.delete();
                return;
            }
            adopt(files, process);
        } catch (IOException e) {
            LOG.debug("No relay to adopt directory={} error={}", files.directory(), e.getMessage());
            forget(files);
        }
    }

    private void adopt(RelayFiles files, PidFd process) throws IOException {
        String version;
        try (RelayClient client = RelayClient.connect(files.controlSocket())) {
            version = client.version();
        }
        if (!version.equals(config.version())) {
            LOG.info("Replacing the relay pid={} version={} by={}", files.pid(), version, config.version());
            try {
                start(files.controlSocket());
                process.close();
                return;
            } catch (IOException e) {
                LOG.warn("Cannot replace the relay, which serves on pid={} error={}", files.pid(), e.getMessage());
            }
        }
        LOG.info("Adopting the relay pid={} link={}", files.pid(), link);
        hold(process);
    }

    /** By its command line, since numbers of processes come to mean others. */
    private boolean isRelay(int pid) {
        return Procfs.commandLine(pid).contains(relays.toString());
    }

    private void buryDead(Running dead) {
        int pid = dead.process().pid();
        ExitStatus status = Children.reap(pid).or(dead.process()::exitInfo).orElse(ExitStatus.UNKNOWN);
        if (!users.isEmpty()) {
            backoff = backoff.died(dead.since(), clock.instant());
            LOG.warn(
                    "The relay ended by itself pid={} status=\"{}\" last-words=\"{}\"",
                    pid,
                    status,
                    RelayStarter.lastLines(dead.files().log()));
        }
        dead.close();
        forget(dead.files());
        running = null;
    }

    private static void forget(RelayFiles files) {
        try {
            files.delete();
        } catch (IOException e) {
            LOG.warn(
                    "Cannot remove files of a relay directory={} error={}",
                    files.directory(),
                    StateDirectory.describe(e));
        }
    }

    /** Lets go of the relay; one that serves goes on, one with nothing left to serve is waited for. */
    @Override
    public synchronized void close() {
        if (running == null) {
            return;
        }
        if (users.isEmpty() && running.process().awaitExit(OWN_END)) {
            buryDead(running);
            return;
        }
        running.close();
        running = null;
    }
}
