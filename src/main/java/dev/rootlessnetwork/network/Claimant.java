package dev.rootlessnetwork.network;

/**
 * An object as one that competes with others for a port or a namespace.
 *
 * @param precedence the smaller string wins what nobody holds
 */
public record Claimant(String uid, NetworkKey key, String precedence) {}
