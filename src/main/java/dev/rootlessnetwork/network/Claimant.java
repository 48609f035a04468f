package dev.rootlessnetwork.network;

/**
 * An object as one that competes with others for a port or a namespace.
 *
 * @param precedence the smaller string wins what nobody holds
 */
public record Claimant(String uid, NetworkKey key, String precedence) {
    /**
     * For a message in the status of another object.
     *
     * @param byName whether it may be named to anybody; where tenants read each other's messages, it is named only to an object of
     *     its own namespace
     */
    public String describe(Claimant reader, boolean byName) {
        boolean sameTenant = key.namespace().equals(reader.key.namespace());
        return byName || sameTenant ? "RootlessNetwork " + key : "another RootlessNetwork of this node";
    }
}
