package dev.rootlessnetwork.slirp;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** The source address of outgoing IPv6 connections. slirp4netns says that it takes an interface's name, but cannot use it. */
final class OutboundAddress6 {
    private OutboundAddress6() {}

    /**
     * An address for an option that is an address or an interface's name.
     *
     * @throws SlirpStartException if the interface has no IPv6 address that leads anywhere
     */
    static @Nullable String resolve(@Nullable String addressOrInterface) throws SlirpStartException {
        if (addressOrInterface == null || InetAddresses.isInetAddress(addressOrInterface)) {
            return addressOrInterface;
        }
        try {
            NetworkInterface named = NetworkInterface.getByName(addressOrInterface);
            if (named != null) {
                for (InetAddress address : Collections.list(named.getInetAddresses())) {
                    if (address instanceof Inet6Address
                            && !address.isLinkLocalAddress()
                            && !address.isLoopbackAddress()) {
                        return InetAddresses.toAddrString(InetAddress.getByAddress(address.getAddress()));
                    }
                }
            }
        } catch (SocketException | java.net.UnknownHostException e) {
            throw new SlirpStartException(
                    SlirpStartException.Kind.FAILED, "cannot look up interface " + addressOrInterface, e);
        }
        throw new SlirpStartException(
                SlirpStartException.Kind.FAILED,
                "options.outboundAddr6: interface " + addressOrInterface
                        + " has no global IPv6 address: give it one, or name an address");
    }
}
