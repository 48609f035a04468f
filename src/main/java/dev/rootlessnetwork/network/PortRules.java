package dev.rootlessnetwork.network;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges one port entry by itself. */
final class PortRules {
    private static final InetAddress ANY_IPV4 = InetAddresses.forString("0.0.0.0");
    private static final int LARGEST_PORT = 65535;

    private final int index;
    private final OptionSet options;
    private final List<Violation> violations = new ArrayList<>();

    PortRules(int index, OptionSet options) {
        this.index = index;
        this.options = options;
    }

    /** What is wrong with the entry judged. */
    List<Violation> violations() {
        return violations;
    }

    /** The entry, empty if there are violations. */
    Optional<PortEntry> judge(PortDraft draft) {
        String name = name(draft.name());
        Protocol protocol = protocol(draft.protocol());
        InetAddress hostIp = hostIp(draft.hostIp());
        Integer hostPort = port("hostPort", draft.hostPort());
        Integer containerPort = containerPort(draft.containerPort());
        InetAddress containerIp = containerIp(draft.containerIp());
        int range = range(draft.range());
        checkEnd("host", hostPort, range);
        checkEnd("container", containerPort, range);
        return violations.isEmpty() && name != null && protocol != null && hostIp != null && containerPort != null
                ? Optional.of(new PortEntry(name, protocol, hostIp, hostPort, containerPort, containerIp, range))
                : Optional.empty();
    }

    private @Nullable String name(@Nullable String name) {
        if (name == null) {
            refuse("name", "is missing: name the port, for example http");
            return null;
        }
        DnsName.labelProblem(name).ifPresent(problem -> refuse("name", problem));
        return name;
    }

    private @Nullable Protocol protocol(@Nullable String protocol) {
        if (protocol == null) {
            return Protocol.TCP;
        }
        Optional<Protocol> known = Arrays.stream(Protocol.values())
                .filter(value -> value.name().equals(protocol))
                .findFirst();
        if (known.isEmpty()) {
            refuse("protocol", "must be TCP or UDP, not " + GoQuote.quote(protocol));
        }
        return known.orElse(null);
    }

    private @Nullable InetAddress hostIp(@Nullable String text) {
        if (text == null) {
            return ANY_IPV4;
        }
        InetAddress address = address("hostIP", text);
        if (address != null && !(address instanceof Inet4Address) && isBySlirp4netns()) {
            refuse(
                    "hostIP",
                    GoQuote.quote(text)
                            + " is an IPv6 address, and port handler slirp4netns listens on IPv4 only: name an IPv4"
                            + " address, or set options.portHandler to rootlesskit");
        }
        return address;
    }

    private @Nullable InetAddress containerIp(@Nullable String text) {
        if (text == null) {
            return null;
        }
        InetAddress address = address("containerIP", text);
        if (address == null) {
            return null;
        }
        if (address.isAnyLocalAddress()) {
            refuse(
                    "containerIP",
                    GoQuote.quote(text) + " is no address of a target: leave it out for the guest address");
        } else if (!(address instanceof Inet4Address)) {
            checkIpv6Guest(text);
        } else if (address.isLoopbackAddress() && isBySlirp4netns()) {
            refuse(
                    "containerIP",
                    GoQuote.quote(text)
                            + " cannot be reached by port handler slirp4netns: leave it out, and let the server listen"
                            + " on the guest address or 0.0.0.0");
        }
        return address;
    }

    private void checkIpv6Guest(String text) {
        if (isBySlirp4netns()) {
            refuse(
                    "containerIP",
                    GoQuote.quote(text)
                            + " is an IPv6 address, and port handler slirp4netns forwards to IPv4 only: name an IPv4"
                            + " address, or set options.portHandler to rootlesskit");
        } else if (!Boolean.TRUE.equals(options.enableIpv6())) {
            refuse(
                    "containerIP",
                    GoQuote.quote(text) + " is an IPv6 address: set options.enableIPv6, or name an IPv4 address");
        }
    }

    private @Nullable InetAddress address(String field, String text) {
        Optional<InetAddress> address = IpLiteral.parse(text);
        if (address.isEmpty()) {
            refuse(field, GoQuote.quote(text) + " is no IP address: write one like 127.0.0.1, not a name");
        }
        return address.orElse(null);
    }

    private boolean isBySlirp4netns() {
        return PortHandlerKind.SLIRP4NETNS.optionValue().equals(options.portHandler());
    }

    private @Nullable Integer containerPort(@Nullable Integer port) {
        if (port == null) {
            refuse("containerPort", "is missing: name the port that the target serves, 1-" + LARGEST_PORT);
        }
        return port("containerPort", port);
    }

    private @Nullable Integer port(String field, @Nullable Integer port) {
        if (port != null && (port < 1 || port > LARGEST_PORT)) {
            refuse(field, "must be 1-" + LARGEST_PORT + ", not " + port);
            return null;
        }
        return port;
    }

    private int range(@Nullable Integer range) {
        if (range == null) {
            return 1;
        }
        if (range < 1 || range > LARGEST_PORT) {
            refuse("range", "must be 1-" + LARGEST_PORT + ", not " + range);
            return 1;
        }
        return range;
    }

    private void checkEnd(String side, @Nullable Integer first, int range) {
        if (first != null && first + range - 1 > LARGEST_PORT) {
            refuse(
                    "range",
                    side + " ports " + first + "-" + (first + range - 1) + " go beyond " + LARGEST_PORT + ": at most "
                            + (LARGEST_PORT - first + 1) + " fit");
        }
    }

    private void refuse(String field, String message) {
        violations.add(new Violation(PortConflicts.path(index) + "." + field, message));
    }
}
