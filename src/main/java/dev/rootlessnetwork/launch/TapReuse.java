package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkOptions;
import java.util.Objects;

/** Decides whether a tap that was made for some options can serve others. */
final class TapReuse {
    private TapReuse() {}

    /**
     * Whether it need not be removed first. The name is the tap, and a MAC address that is not asked for any more is to be a
     * random one again; all else can be changed on it, but not by an ordinary user, who configures a tap once.
     */
    static boolean possible(NetworkOptions made, NetworkOptions wanted, boolean root) {
        if (!made.interfaceName().equals(wanted.interfaceName())) {
            return false;
        }
        if (root) {
            return made.macAddress() == null || wanted.macAddress() != null;
        }
        return made.network().equals(wanted.network())
                && made.mtu() == wanted.mtu()
                && made.enableIpv6() == wanted.enableIpv6()
                && Objects.equals(made.macAddress(), wanted.macAddress());
    }
}
