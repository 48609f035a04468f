package dev.rootlessnetwork.metrics;

/**
 * Whether an agent does its work.
 *
 * @param message why not; while it is ready, whatever is to be told
 */
public record Readiness(boolean ready, String message) {}
