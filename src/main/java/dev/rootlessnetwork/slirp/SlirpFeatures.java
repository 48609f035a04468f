package dev.rootlessnetwork.slirp;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a slirp4netns can do, as far as its {@code --help} tells.
 *
 * @param flags that it knows
 */
public record SlirpFeatures(Set<Flag> flags) {
    /** Flags that versions differ in, with the first version that has each (slirp4netns's release notes). */
    public enum Flag {
        DISABLE_HOST_LOOPBACK("--disable-host-loopback", "0.3.0"),
        MTU("--mtu", "0.2.0"),
        ENABLE_SANDBOX("--enable-sandbox", "0.4.0"),
        ENABLE_SECCOMP("--enable-seccomp", "0.4.0"),
        CIDR("--cidr", "0.3.0"),
        ENABLE_IPV6("--enable-ipv6", "0.2.0"),
        OUTBOUND_ADDR("--outbound-addr", "1.1.0"),
        DISABLE_DNS("--disable-dns", "1.1.0"),
        MACADDRESS("--macaddress", "1.1.9"),
        API_SOCKET("--api-socket", "0.3.0"),
        NETNS_TYPE("--netns-type", "0.4.0");

        private final String text;
        private final String since;

        Flag(String text, String since) {
            this.text = text;
            this.since = since;
        }

        /** As on a command line. */
        public String text() {
            return text;
        }

        /** The first version that has it. */
        public String since() {
            return since;
        }
    }

    public SlirpFeatures {
        flags = Set.copyOf(flags);
    }

    /** Reads what {@code --help} printed; a flag is known if its name occurs. */
    public static SlirpFeatures fromHelp(String help) {
        return new SlirpFeatures(Arrays.stream(Flag.values())
                .filter(flag -> help.contains(flag.text))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Flag.class))));
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }
}
