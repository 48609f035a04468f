package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.network.PortForward;

/**
 * A forward that a running slirp4netns has.
 *
 * @param id its number within that process, from 1 on
 */
public record ActiveForward(int id, PortForward forward) {}
