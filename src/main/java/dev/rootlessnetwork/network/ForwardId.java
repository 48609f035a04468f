package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * What makes a single forwarded port the same one across edits: protocol and listening address. Renaming an entry or
 * resizing its range leaves the identities of the ports that stay alone.
 */
public record ForwardId(Protocol protocol, InetAddress hostIp, int hostPort) {
    /** Whether both cannot be open at once: same protocol and port, and addresses that are equal or covered by a wildcard. */
    public boolean overlaps(ForwardId other) {
        return protocol == other.protocol
                && hostPort == other.hostPort
                && (hostIp.equals(other.hostIp) || covers(hostIp, other.hostIp) || covers(other.hostIp, hostIp));
    }

    /** {@code 0.0.0.0} covers all of IPv4; {@code ::} listens on both families. */
    private static boolean covers(InetAddress wildcard, InetAddress address) {
        return wildcard.isAnyLocalAddress() && (!(wildcard instanceof Inet4Address) || address instanceof Inet4Address);
    }

    /** For messages, such as {@code TCP 0.0.0.0:8080} or {@code UDP [::1]:53}. */
    @Override
    public String toString() {
        return protocol + " " + InetAddresses.toUriString(hostIp) + ":" + hostPort;
    }
}
