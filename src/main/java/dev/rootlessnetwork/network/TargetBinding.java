package dev.rootlessnetwork.network;

import org.jspecify.annotations.Nullable;

/**
 * The one process or namespace that a target was bound to.
 *
 * @param nodeName the node it was bound on, empty without a cluster
 * @param pid the process, null for a namespace bound by path
 * @param startTime of the process in clock ticks since boot (/proc/PID/stat, field 22); 0 without a process
 * @param bootId of the boot that PID and start time belong to (/proc/sys/kernel/random/boot_id)
 * @param netns the network namespace as readlink shows it, such as {@code net:[4026532177]}
 */
public record TargetBinding(String nodeName, @Nullable Integer pid, long startTime, String bootId, String netns) {}
