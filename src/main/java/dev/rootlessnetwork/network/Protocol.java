package dev.rootlessnetwork.network;

/** Transport of a forwarded port. */
public enum Protocol {
    TCP,
    UDP
}
