package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.posix.PidFd;
import java.time.Instant;

/**
 * A slirp4netns that is ready. It is a child of ours, to be reaped by the caller.
 *
 * @param process holds it; to be closed by the caller
 * @param startTime in clock ticks since boot
 * @param sandbox whether it confined itself; false also where it could not
 */
public record StartedSlirp(PidFd process, long startTime, Instant startedAt, boolean sandbox, boolean seccomp) {
    public int pid() {
        return process.pid();
    }
}
