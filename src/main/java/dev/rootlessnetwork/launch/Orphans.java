package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.posix.Tap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes of slirp4netns that no record tells of, because it was deleted or garbled, or its writer died; found by the
 * API socket on their command line. They are stopped when their object is started anew, or when no object claims them.
 */
final class Orphans {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
    private static final String API_SOCKET_FLAG = "--api-socket";

    private final Map<Path, Integer> pids;

    private Orphans(Map<Path, Integer> pids) {
        this.pids = pids;
    }

    /**
     * Looks at every process of the machine once.
     *
     * @param recorded processes that records tell of
     */
    static Orphans find(StateDirectory state, Set<Integer> recorded) {
        Map<Path, Integer> found = new HashMap<>();
        for (int pid : Procfs.pids()) {
            List<String> arguments = Procfs.commandLine(pid);
            int flag = arguments.indexOf(API_SOCKET_FLAG);
            if (flag >= 0 && flag + 1 < arguments.size() && !recorded.contains(pid)) {
                Path socket = Path.of(arguments.get(flag + 1));
                // In a container the same path is another file, of an operator in there.
                if (state.isApiSocket(socket) && !Procfs.isInContainer(pid)) {
                    found.put(socket, pid);
                    LOG.warn("Found a slirp4netns that no record tells of pid={} socket={}", pid, socket);
                }
            }
        }
        return new Orphans(found);
    }

    /**
     * Ends the orphan of a network, if there is one.
     *
     * @return why it goes on; empty if it does not
     */
    synchronized Optional<String> end(NetworkFiles files) {
        Integer pid = pids.get(files.apiSocket());
        return pid == null ? Optional.empty() : end(pid, files.apiSocket());
    }

    /**
     * Ends all that are left.
     *
     * @return why some go on; empty if none does
     */
    synchronized List<String> endAll() {
        return Map.copyOf(pids).entrySet().stream()
                .flatMap(orphan -> end(orphan.getValue(), orphan.getKey()).stream())
                .toList();
    }

    /** The record that told of the tap is lost as well, so that nobody else would remove it. */
    private static void endItsTap(PidFd process) {
        try {
            Tap.endWith(process);
        } catch (IOException e) {
            LOG.warn(
                    "The interface of a slirp4netns that no record tells of will stay pid={} error={}",
                    process.pid(),
                    e.getMessage());
        }
    }

    private Optional<String> end(int pid, Path socket) {
        Optional<String> left = Optional.empty();
        try (PidFd process = PidFd.open(pid)) {
            if (Procfs.commandLine(pid).contains(socket.toString())) {
                LOG.info("Stopping a slirp4netns that no record tells of pid={}", pid);
                endItsTap(process);
                left = ProcessEnd.of("slirp4netns", process);
                Children.reap(pid); // it may be ours, of an earlier launcher in this process
            }
        } catch (PosixException e) {
            LOG.debug("It has ended already pid={} error={}", pid, e.getMessage());
        }
        if (left.isEmpty()) {
            pids.remove(socket);
        }
        return left;
    }
}
