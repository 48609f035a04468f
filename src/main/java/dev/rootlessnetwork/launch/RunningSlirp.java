package dev.rootlessnetwork.launch;

import java.time.Instant;

/**
 * A slirp4netns that is up.
 *
 * @param pid its process ID on this machine
 * @param version as {@code slirp4netns --version} tells, such as {@code 1.2.0}
 * @param sandbox whether it runs in its sandbox (pivot_root, dropped capabilities)
 * @param seccomp whether its seccomp filter is on
 */
public record RunningSlirp(int pid, String version, Instant startedAt, boolean sandbox, boolean seccomp) {}
