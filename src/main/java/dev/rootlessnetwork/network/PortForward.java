package dev.rootlessnetwork.network;

import java.net.InetAddress;

/**
 * A single port led from the host into the target.
 *
 * @param guestIp address in the target
 * @param guestPort port in the target, 1–65535
 */
public record PortForward(ForwardId id, InetAddress guestIp, int guestPort) {}
