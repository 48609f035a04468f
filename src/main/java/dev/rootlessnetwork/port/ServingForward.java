package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;

/**
 * A forward that serves.
 *
 * @param handler who serves it
 * @param keepsSource whether servers see a client of another host by its own address
 */
public record ServingForward(PortForward forward, PortHandlerKind handler, boolean keepsSource) {}
