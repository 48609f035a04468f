package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SocketAddress;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A target's network namespace, held as long as ports lead into it. */
final class Guest implements AutoCloseable {
    /** Its namespace, its process, and the socket by which rules of routing are made. */
    static final int DESCRIPTORS = 3;

    private final String network;
    private final String interfaceName;
    private final Fd netns;
    private final @Nullable Fd process;
    private final String name;
    private final AtomicInteger descriptors = new AtomicInteger();
    private final RefusalLog refusals;
    private final SourceRouting routing;
    private volatile GuestAddresses addresses;

    /**
     * @param network whose target it is, as the launcher knows it
     * @param name of the network, for people
     * @param interfaceName of the tap
     * @param process a pidfd of the target; null for a namespace without one
     */
    Guest(String network, String name, String interfaceName, Fd netns, @Nullable Fd process, GuestAddresses addresses) {
        this.network = network;
        this.name = name;
        this.interfaceName = interfaceName;
        this.netns = netns;
        this.process = process;
        this.addresses = addresses;
        this.refusals = new RefusalLog(name);
        this.routing = new SourceRouting(name, netns, interfaceName, this::addresses);
    }

    String network() {
        return network;
    }

    String name() {
        return name;
    }

    GuestAddresses addresses() {
        return addresses;
    }

    void setAddresses(GuestAddresses newAddresses) {
        addresses = newAddresses;
    }

    /** Whether both are the same network namespace, which lives as long. */
    boolean isSame(Guest other) throws PosixException {
        return NetnsId.of(netns).equals(NetnsId.of(other.netns)) && (process == null) == (other.process == null);
    }

    SourceRouting routing() {
        return routing;
    }

    String interfaceName() {
        return interfaceName;
    }

    Fd netns() {
        return netns;
    }

    /** Readable when the target has ended. */
    @Nullable
    Fd process() {
        return process;
    }

    /** How many descriptors its connections and flows have; see {@link Capacity}. */
    AtomicInteger descriptors() {
        return descriptors;
    }

    RefusalLog refusals() {
        return refusals;
    }

    /** @param guestIp an address of the guest; its own one stands for wherever the server listens */
    Destination destination(InetAddress guestIp, int port) {
        return new Destination(guestIp, addresses.candidates(guestIp), port);
    }

    /** Whether a client can be seen by its own address at an address of the guest. */
    boolean keepsSource(Protocol protocol, SocketAddress client, SocketAddress candidate) {
        return routing.keeps(protocol, client.isIpv4())
                && client.isIpv4() == candidate.isIpv4()
                && !client.isLoopback()
                && !client.isIpv6LinkLocal()
                && !addresses.contains(client);
    }

    @Override
    public void close() {
        routing.close();
        netns.close();
        if (process != null) {
            process.close();
        }
    }
}
