package dev.rootlessnetwork.relay;

/**
 * Why a relay could not open a forward.
 *
 * @param errno its symbolic name, such as {@code EADDRINUSE}
 * @param words of the system, such as {@code Address already in use (EADDRINUSE)}
 */
public record ForwardFailure(String errno, String words) {}
