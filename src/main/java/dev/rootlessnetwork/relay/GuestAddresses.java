package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.posix.SocketAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What slirp4netns's network gives a guest, with the addresses to try for a server anywhere in it. */
final class GuestAddresses {
    private final Inet4Address ipv4;
    private final @Nullable Inet6Address ipv6;
    private final SocketAddress own4;
    private final @Nullable SocketAddress own6;
    private final Candidates anywhere;

    /** @param ipv6 null without IPv6 */
    GuestAddresses(Inet4Address ipv4, @Nullable Inet6Address ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.own4 = SocketAddress.of(ipv4, 0);
        this.own6 = ipv6 == null ? null : SocketAddress.of(ipv6, 0);
        this.anywhere = Candidates.anywhere(ipv4, ipv6);
    }

    /** From literals, as {@link Request.Attach} has them. */
    static GuestAddresses parse(String ipv4, @Nullable String ipv6) {
        return new GuestAddresses(
                (Inet4Address) InetAddresses.forString(ipv4),
                ipv6 == null ? null : (Inet6Address) InetAddresses.forString(ipv6));
    }

    Inet4Address ipv4() {
        return ipv4;
    }

    @Nullable
    Inet6Address ipv6() {
        return ipv6;
    }

    boolean isSame(GuestAddresses other) {
        return ipv4.equals(other.ipv4) && Objects.equals(ipv6, other.ipv6);
    }

    /** Where to look for a server. */
    Candidates candidates(InetAddress guestIp) {
        return guestIp.equals(ipv4) ? anywhere : Candidates.at(guestIp);
    }

    boolean contains(SocketAddress address) {
        return address.sameAddress(own4) || (own6 != null && address.sameAddress(own6));
    }
}
