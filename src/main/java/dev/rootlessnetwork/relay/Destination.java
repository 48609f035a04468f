package dev.rootlessnetwork.relay;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a forward leads.
 *
 * @param address of the guest; null: wherever in it the server listens
 * @param candidates the addresses to try
 * @param port 1 to 65535
 */
record Destination(@Nullable InetAddress address, Candidates candidates, int port) {}
