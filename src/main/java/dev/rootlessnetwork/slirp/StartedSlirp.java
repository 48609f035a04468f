package dev.rootlessnetwork.slirp;

import java.time.Instant;

/**
 * A slirp4netns that is ready. It is a child of ours, to be reaped by the caller.
 *
 * @param startTime in clock ticks since boot
 * @param sandbox whether it confined itself; false also where it could not
 */
public record StartedSlirp(int pid, long startTime, Instant startedAt, boolean sandbox, boolean seccomp) {}
