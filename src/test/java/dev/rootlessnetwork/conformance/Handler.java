package dev.rootlessnetwork.conformance;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.PortHandlerKind;

/** A port handler under test, and what it does that the other does not. */
enum Handler {
    /** A client on the host's loopback is seen as the gateway. */
    SLIRP4NETNS(PortHandlerKind.SLIRP4NETNS, 2),

    /** Connects inside the target: from its own address where the client is on the host. */
    ROOTLESSKIT(PortHandlerKind.ROOTLESSKIT, 100);

    private final PortHandlerKind kind;
    private final int localClient;

    /** @param localClient what the host part of the address is that a client on loopback is seen by */
    Handler(PortHandlerKind kind, int localClient) {
        this.kind = kind;
        this.localClient = localClient;
    }

    NetworkOptions in(NetworkOptions options) {
        return options.withPortHandler(kind);
    }

    /** The default options with this handler. */
    NetworkOptions defaults() {
        return in(ConformanceFixture.DEFAULTS);
    }

    /** Whether it listens on IPv6 addresses, too. */
    boolean listensOnIpv6() {
        return this == ROOTLESSKIT;
    }

    /**
     * The address that a server sees a client on loopback by; it sees a client of another host by its own.
     *
     * @param network the first three numbers of the guest's network
     */
    String localClient(String network) {
        return network + "." + localClient;
    }
}
