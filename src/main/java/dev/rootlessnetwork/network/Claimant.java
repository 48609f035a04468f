package dev.rootlessnetwork.network;

/**
 * An object as one that competes with others for a port or a namespace.
 *
 * @param precedence the smaller string wins what nobody holds
 */
public record Claimant(String uid, NetworkKey key, String precedence) {
    /** @param byName whether it may be named; not where tenants read each other's messages */
    public String describe(boolean byName) {
        return byName ? "RootlessNetwork " + key : "another RootlessNetwork of this node";
    }
}
