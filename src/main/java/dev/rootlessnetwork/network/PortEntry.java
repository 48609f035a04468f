package dev.rootlessnetwork.network;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code spec.ports}, checked: a run of consecutive ports.
 *
 * @param name the entry's key, a DNS label
 * @param hostIp address that listens on the host; a wildcard by default
 * @param hostPort first port on the host, 1–65535; null: a free one is chosen
 * @param containerPort first port in the target, 1–65535
 * @param containerIp address in the target; null: the guest address
 * @param range how many consecutive ports, at least 1
 */
public record PortEntry(
        String name,
        Protocol protocol,
        InetAddress hostIp,
        @Nullable Integer hostPort,
        int containerPort,
        @Nullable InetAddress containerIp,
        int range) {}
