package dev.rootlessnetwork.relay;

import java.net.InetAddress;

/**
 * Where a forward leads.
 *
 * @param address of the guest, as it was asked for
 * @param candidates the addresses to try
 * @param port 1 to 65535
 */
record Destination(InetAddress address, Candidates candidates, int port) {}
