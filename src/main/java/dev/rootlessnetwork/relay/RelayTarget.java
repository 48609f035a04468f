package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.Fd;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A target as a relay is told of it.
 *
 * @param network what the relay is to know it by
 * @param name of the network, for people
 * @param netns its network namespace
 * @param process a pidfd of it; null for a namespace without a process
 * @param address of the guest
 * @param address6 null without IPv6
 * @param interfaceName of the tap
 */
public record RelayTarget(
        String network,
        String name,
        Fd netns,
        @Nullable Fd process,
        InetAddress address,
        @Nullable InetAddress address6,
        String interfaceName) {}
