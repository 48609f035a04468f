package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.PortForward;

/**
 * A forward that a relay has.
 *
 * @param keepsSource whether servers see a client of another host by its own address
 */
public record RelayForward(PortForward forward, boolean keepsSource) {}
