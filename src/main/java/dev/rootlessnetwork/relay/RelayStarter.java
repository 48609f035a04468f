package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.Nsenter;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Pipe;
import dev.rootlessnetwork.posix.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a relay and waits until it is ready. It keeps the oom_score_adj that it inherits, unlike slirp4netns: there is one for all networks
 * of the node, its heap is bounded, and its death cuts the connections of all.
 */
public final class RelayStarter {
    private static final Logger LOG = LoggerFactory.getLogger(RelayStarter.class);
    private static final int READY_FD = 3;
    private static final int USERNS_FD = 4;
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int LINES_OF_A_MESSAGE = 3;
    /** What a JVM is started by, and nothing else of ours. */
    private static final List<String> VARIABLES = List.of("PATH", "HOME", "JAVA_HOME", "JAVA_OPTS", "LANG", "LC_ALL");

    private RelayStarter() {}

    /**
     * Blocks until the relay is ready, or has failed.
     *
     * @throws RelayException if it did not get ready; nothing of it is left then
     */
    public static PidFd start(RelayLaunch launch) throws RelayException {
        Path log = RelayFiles.startLog(launch.relays());
        try (Pipe ready = Pipe.open()) {
            Files.deleteIfExists(log);
            PidFd process = spawn(launch, log, ready);
            ready.writeEnd().close();
            byte[] answer = new byte[1];
            if (ready.awaitReadable(DEADLINE) && ready.readEnd().read(answer) == 1) {
                LOG.info("Started the relay pid={} files={}", process.pid(), launch.relays());
                return process;
            }
            throw new RelayException(
                    "the relay " + end(process) + " before it was ready." + lastWords(launch, log, process), null);
        } catch (RelayException e) {
            throw e;
        } catch (IOException e) {
            throw new RelayException("cannot start the relay: " + e.getMessage(), e);
        }
    }

    private static PidFd spawn(RelayLaunch launch, Path log, Pipe ready) throws IOException {
        try (Fd input = Fd.openNull();
                Fd output = Fd.openAppend(log)) {
            SortedMap<Integer, Fd> descriptors =
                    new TreeMap<>(Map.of(0, input, 1, output, 2, output, READY_FD, ready.writeEnd()));
            Map<String, String> environment = new TreeMap<>(System.getenv());
            environment.keySet().retainAll(VARIABLES);
            List<String> arguments = launch.arguments();
            Path program = Path.of(arguments.get(0));
            if (launch.userns() != null) {
                descriptors.put(USERNS_FD, launch.userns());
                program = Nsenter.program();
                arguments = Nsenter.intoUserNamespace(USERNS_FD, arguments);
            }
            return placed(launch, new Spawn(program, arguments, environment, descriptors).startHeld());
        }
    }

    private static PidFd placed(RelayLaunch launch, PidFd process) throws IOException {
        try {
            launch.placement().place(process.pid());
            return process;
        } catch (IOException e) {
            end(process);
            throw e;
        }
    }

    private static ExitStatus end(PidFd process) throws IOException {
        try (process) {
            if (!process.awaitExit(Duration.ZERO)) {
                process.end(GRACE);
            }
            Children.killGroup(process.pid());
            return Children.reap(process.pid()).orElse(ExitStatus.UNKNOWN);
        }
    }

    private static String lastWords(RelayLaunch launch, Path startLog, PidFd process) {
        RelayFiles files = new RelayFiles(launch.relays().resolve(Integer.toString(process.pid())));
        String words = lastLines(Files.exists(startLog) ? startLog : files.log());
        return words.isEmpty() ? " It said nothing." : " Its last words: " + words;
    }

    /** The last lines of a log; empty if there are none. */
    public static String lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES_OF_A_MESSAGE), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
