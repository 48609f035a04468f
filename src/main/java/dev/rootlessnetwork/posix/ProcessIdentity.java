package dev.rootlessnetwork.posix;

/**
 * A process as no other will ever be.
 *
 * @param startTime in clock ticks since boot, field 22 of /proc/PID/stat
 * @param bootId of the boot that both numbers belong to
 */
public record ProcessIdentity(int pid, long startTime, String bootId) {}
