package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Signal;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends processes of ours, and tells of those that go on: whoever takes them for gone loses them. */
final class ProcessEnd {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);

    /** From SIGTERM to SIGKILL, and from there to giving up. slirp4netns and the relay end on SIGTERM within milliseconds. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private ProcessEnd() {}

    /**
     * Ends a process by SIGTERM, else by SIGKILL, and waits for that. One that has ended before is as good.
     *
     * @param name what it is, for messages
     * @return why it goes on; empty if it does not
     */
    static Optional<String> of(String name, PidFd process) {
        Optional<Signal> end;
        try {
            end = process.end(GRACE);
        } catch (PosixException e) {
            return process.exited()
                    ? Optional.empty()
                    : Optional.of(describe(name, process) + " cannot be ended: " + e.getMessage());
        }
        if (end.isEmpty()) {
            return Optional.of(describe(name, process) + " has not ended " + GRACE.toSeconds()
                    + " s after SIGKILL: it hangs in the kernel, or its cgroup is frozen; see /proc/" + process.pid()
                    + "/stack and cgroup");
        }
        if (end.get() != Signal.TERM) {
            LOG.warn(
                    "{} did not end by SIGTERM in time pid={} after={} ended-by={}",
                    name,
                    process.pid(),
                    GRACE,
                    end.get());
        }
        return Optional.empty();
    }

    private static String describe(String name, PidFd process) {
        return name + " (PID " + process.pid() + ")";
    }
}
