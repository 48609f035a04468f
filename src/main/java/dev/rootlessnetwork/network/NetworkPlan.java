package dev.rootlessnetwork.network;

import java.util.List;

/**
 * All that an object asks for, with the defaults merged in and nothing left to check but the machine itself.
 *
 * @param precedence decides between claimants of a port or namespace that nobody holds: the smaller string wins
 * @param nodeName the node as the spec names it, empty without a cluster
 * @param ports in the order of the spec
 */
public record NetworkPlan(
        NetworkIdentity identity,
        String precedence,
        String nodeName,
        Target target,
        NetworkOptions options,
        List<PortEntry> ports) {
    public NetworkPlan {
        ports = List.copyOf(ports);
    }

    /** The object as one that competes for ports and namespaces. */
    public Claimant claimant() {
        return new Claimant(identity.uid(), identity.key(), precedence);
    }
}
