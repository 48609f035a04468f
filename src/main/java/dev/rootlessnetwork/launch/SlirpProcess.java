package dev.rootlessnetwork.launch;

import java.time.Instant;

/**
 * A slirp4netns as it was started; PID, start time and boot name it beyond doubt.
 *
 * @param startTime in clock ticks since boot
 * @param version as {@code slirp4netns --version} told
 */
record SlirpProcess(
        int pid, long startTime, String bootId, String version, Instant startedAt, boolean sandbox, boolean seccomp) {
    RunningSlirp running() {
        return new RunningSlirp(pid, version, startedAt, sandbox, seccomp);
    }
}
