package dev.rootlessnetwork.network;

/**
 * Which object, and which edition of it, something is about.
 *
 * @param key namespace and name, for people
 * @param uid what state is kept by: another object of the same name has another UID
 * @param generation {@code metadata.generation} of the spec, at least 1
 */
public record NetworkIdentity(NetworkKey key, String uid, long generation) {}
