package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.SocketAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A target's network namespace, held as long as ports lead into it. */
final class Guest implements AutoCloseable {
    private final String network;
    private final Fd netns;
    private final @Nullable PidFd process;
    private final SocketAddress address;
    private final @Nullable SocketAddress address6;
    private final Candidates anywhere;
    private final AtomicInteger descriptors = new AtomicInteger();
    private final RefusalLog refusals;

    /**
     * @param network whose target it is, as the launcher names it
     * @param process the target; null for a namespace without one
     * @param address6 null without IPv6
     */
    Guest(String network, Fd netns, @Nullable PidFd process, Inet4Address address, @Nullable Inet6Address address6) {
        this.network = network;
        this.netns = netns;
        this.process = process;
        this.address = SocketAddress.of(address, 0);
        this.address6 = address6 == null ? null : SocketAddress.of(address6, 0);
        this.anywhere = Candidates.anywhere(address, address6);
        this.refusals = new RefusalLog(network);
    }

    String network() {
        return network;
    }

    Fd netns() {
        return netns;
    }

    @Nullable
    PidFd process() {
        return process;
    }

    /** How many descriptors its connections and flows have; see {@link Capacity}. */
    AtomicInteger descriptors() {
        return descriptors;
    }

    RefusalLog refusals() {
        return refusals;
    }

    /** @param guestIp an address of the guest; null: wherever the server listens */
    Destination destination(@Nullable InetAddress guestIp, int port) {
        return new Destination(guestIp, guestIp == null ? anywhere : Candidates.at(guestIp), port);
    }

    /** Whether a client can be seen by its own address at an address of the guest. */
    boolean keepsSource(Protocol protocol, SocketAddress client, SocketAddress candidate) {
        return client.isIpv4() == candidate.isIpv4()
                && !client.isLoopback()
                && !client.isIpv6LinkLocal()
                && !client.sameAddress(address)
                && (address6 == null || !client.sameAddress(address6));
    }

    @Override
    public void close() {
        netns.close();
        if (process != null) {
            process.close();
        }
    }
}
