package dev.rootlessnetwork.launch;

import com.google.common.collect.Sets;
import dev.rootlessnetwork.port.RelayPortHandler;
import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.relay.RelayClient;
import dev.rootlessnetwork.relay.RelayException;
import dev.rootlessnetwork.relay.RelayFiles;
import dev.rootlessnetwork.relay.RelayLaunch;
import dev.rootlessnetwork.relay.RelayStarter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    private final NodeCgroups cgroups;
    private final Supervisor supervisor;
    private final Clock clock;
    private final Consumer<String> changed;
    private final Set<String> users = ConcurrentHashMap.newKeySet();
    private @Nullable Fd userns;
    private @Nullable Running running;
    private RestartBackoff backoff = RestartBackoff.NONE;
    private boolean searched;

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
            NodeCgroups cgroups,
            Supervisor supervisor,
            Clock clock,
            Consumer<String> changed) {
        this.config = config;
        this.relays = relays;
        this.link = link;
        this.cgroups = cgroups;
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

    /** Whether any network had ports here when it was last looked at. */
    boolean isUsed() {
        return !users.isEmpty();
    }

    @Override
    public synchronized Optional<RelayClient> find() throws IOException {
        Running now = alive();
        return now == null ? Optional.empty() : connect(now);
    }

    @Override
    public synchronized RelayClient require() throws IOException {
        Optional<RelayClient> found = find();
        if (found.isPresent() && isServing(found.get())) {
            return found.get();
        }
        return RelayClient.connect(start(null).files().controlSocket());
    }

    /** One that has nothing left to serve is ending, and takes no port any more: its end is waited for. */
    private boolean isServing(RelayClient client) throws IOException {
        if (client.welcome().serving()) {
            return true;
        }
        client.close();
        if (running != null && running.process().awaitExit(OWN_END)) {
            buryDead(running);
        }
        return false;
    }

    /** Closes everything of networks that are not among these. */
    void keepOnly(Set<String> networks) throws IOException {
        Optional<RelayClient> found = find();
        if (found.isPresent()) {
            try (RelayClient client = found.get()) {
                for (String network : Sets.difference(client.networks(), networks)) {
                    LOG.warn("Closing ports that no object claims network={}", network);
                    client.detach(network);
                }
            }
        }
    }

    /**
     * Empty if its socket is gone. It is ending then, with nothing left to serve; or else nobody could ever tell it anything again, and
     * it is ended.
     */
    private Optional<RelayClient> connect(Running now) throws IOException {
        try {
            return Optional.of(RelayClient.connect(now.files().controlSocket()));
        } catch (RelayException e) {
            if (Files.exists(now.files().controlSocket())) {
                throw e;
            }
            if (now.process().awaitExit(OWN_END)) {
                buryDead(now);
                return Optional.empty();
            }
            LOG.warn(
                    "Ending the relay, whose socket was deleted pid={}",
                    now.process().pid());
            now.watch().close();
            running = null;
            endOrWarn(now.process(), now.files());
            return Optional.empty();
        }
    }

    private @Nullable Running alive() {
        if (running != null && running.process().exited()) {
            buryDead(running);
        }
        if (!searched) {
            searched = true;
            adopt();
        }
        return running;
    }

    private Running start(@Nullable Path predecessor) throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(backoff.nextStart())) {
            throw new RelayLaunchDeferred(backoff.nextStart());
        }
        PrivateFiles.makeDirectory(relays);
        RelayLaunch launch =
                new RelayLaunch(config.command(), config.flags(), relays, link, userns, cgroups.ofRelay(), predecessor);
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

    /** Takes over what an earlier operator left: one relay that serves. Those that were replaced end by themselves. */
    private void adopt() {
        List<Integer> found = RelayProcesses.find(relays, link);
        RelayFiles.all(relays).stream()
                .filter(files -> !found.contains(files.pid()) && !RelayProcesses.isRelay(files.pid(), relays))
                .forEach(files -> forget(files, cgroups));
        for (int pid : found) {
            RelayFiles files = new RelayFiles(relays.resolve(Integer.toString(pid)));
            try {
                PidFd process = PidFd.open(pid);
                try (RelayClient client = RelayClient.connect(files.controlSocket())) {
                    adopt(files, process, client.welcome());
                } catch (RelayException e) {
                    LOG.warn("Ending a relay that cannot be reached pid={} error={}", pid, e.getMessage());
                    endOrWarn(process, files);
                }
            } catch (IOException e) {
                LOG.debug("The relay has ended pid={} error={}", pid, e.getMessage());
            }
        }
    }

    private void adopt(RelayFiles files, PidFd process, RelayClient.Welcome welcome) throws IOException {
        if (!welcome.serving()) {
            process.close();
        } else if (running != null) {
            LOG.warn("Ending a second relay pid={}", files.pid());
            endOrWarn(process, files);
        } else if (!welcome.version().equals(config.version())) {
            cgroups.adoptRelay(files.pid()); // its connections may last
            LOG.info("Replacing the relay pid={} version={} by={}", files.pid(), welcome.version(), config.version());
            replace(files, process);
        } else {
            LOG.info("Adopting the relay pid={} link={}", files.pid(), link);
            cgroups.adoptRelay(files.pid());
            hold(process);
            files.makeCurrent(link);
        }
    }

    private void replace(RelayFiles files, PidFd process) throws IOException {
        try {
            start(files.controlSocket());
            process.close();
        } catch (RelayException e) {
            LOG.warn("Cannot replace the relay, which serves on pid={} error={}", files.pid(), e.getMessage());
            hold(process);
        }
    }

    private void endOrWarn(PidFd process, RelayFiles files) {
        end(process, files, cgroups)
                .ifPresent(left -> LOG.warn("A relay is left, with the ports that it has error={}", left));
    }

    /**
     * Ends a relay, which cuts what it serves, and removes its files.
     *
     * @return why it goes on; empty if it does not
     */
    static Optional<String> end(PidFd process, RelayFiles files, NodeCgroups cgroups) {
        try (process) {
            Optional<String> left = ProcessEnd.of("the relay", process);
            if (left.isEmpty()) {
                Children.reap(process.pid());
                forget(files, cgroups);
            }
            return left;
        }
    }

    private void buryDead(Running dead) {
        int pid = dead.process().pid();
        ExitStatus status = Children.reap(pid).or(dead.process()::exitInfo).orElse(ExitStatus.UNKNOWN);
        if (!users.isEmpty() && !status.equals(ExitStatus.SUCCESS)) { // else the targets of all users had ended
            backoff = backoff.died(dead.since(), clock.instant());
            LOG.warn(
                    "The relay ended by itself pid={} status=\"{}\" last-words=\"{}\"",
                    pid,
                    status,
                    RelayStarter.lastLines(dead.files().log()));
        }
        dead.close();
        forget(dead.files(), cgroups);
        running = null;
    }

    private static void forget(RelayFiles files, NodeCgroups cgroups) {
        cgroups.removeRelay();
        try {
            files.delete();
        } catch (IOException e) {
            LOG.warn(
                    "Cannot remove files of a relay directory={} error={}", files.directory(), FileFailure.describe(e));
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
