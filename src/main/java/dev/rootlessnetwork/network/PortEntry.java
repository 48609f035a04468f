package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
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
        int range) {

    /**
     * The single forwards that the entry stands for.
     *
     * @param firstHostPort where the entry leaves it open, the chosen one
     * @param guest address in the target of entries that name none
     */
    public List<PortForward> forwards(int firstHostPort, InetAddress guest) {
        InetAddress guestIp = containerIp == null ? guest : containerIp;
        List<PortForward> forwards = new ArrayList<>(range);
        for (int i = 0; i < range; i++) {
            forwards.add(
                    new PortForward(new ForwardId(protocol, hostIp, firstHostPort + i), guestIp, containerPort + i));
        }
        return forwards;
    }

    /** Whether both want to listen on the same port of the host; an entry whose host port is to be chosen never does. */
    boolean overlaps(PortEntry other) {
        return hostPort != null
                && other.hostPort != null
                && hostPort <= other.hostPort + other.range - 1
                && other.hostPort <= hostPort + range - 1
                && new ForwardId(protocol, hostIp, hostPort)
                        .overlaps(new ForwardId(other.protocol, other.hostIp, hostPort));
    }

    /** Where it listens, for messages, such as {@code TCP 0.0.0.0:8000-8009}. */
    String listener() {
        String first = protocol + " " + InetAddresses.toUriString(hostIp) + ":" + (hostPort == null ? "*" : hostPort);
        return hostPort == null || range == 1 ? first : first + "-" + (hostPort + range - 1);
    }
}
