package dev.rootlessnetwork.api;

import dev.rootlessnetwork.network.GoQuote;
import dev.rootlessnetwork.network.IpLiteral;
import dev.rootlessnetwork.network.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive ports as Podman's {@code --publish} names them (podman-run(1)).
 *
 * @param hostIp canonical; null: any IPv4 address
 * @param hostPort first on the host, 1–65535; null: a free one is chosen
 * @param containerPort first in the target, 1–65535
 * @param range how many, at least 1
 */
record PublishedPort(
        Protocol protocol,
        @Nullable String hostIp,
        @Nullable Integer hostPort,
        int containerPort,
        int range) {
    private static final Pattern PORT = Pattern.compile("\\+?[0-9]{1,9}");
    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)]:(.*)", Pattern.DOTALL);
    private static final String ANY_IPV4 = "0.0.0.0";
    private static final String FORM = "write [[IP:][HOST]:]CONTAINER[/PROTOCOL], like 127.0.0.1:8080:80/udp";
    private static final String FORM_IPV6 = "an IPv6 address is written like [::1]:8080:80";
    private static final int LARGEST_PORT = 65535;

    /**
     * Reads the value of one {@code --publish}; several protocols make several.
     *
     * @throws IllegalArgumentException if it is not of Podman's form; the message says why
     */
    static List<PublishedPort> parse(String flag) {
        String[] portsAndProtocol = flag.split("/", -1);
        if (portsAndProtocol.length > 2) {
            throw new IllegalArgumentException("a protocol is given once at most, like 80/udp");
        }
        List<Protocol> protocols =
                portsAndProtocol.length == 1 ? List.of(Protocol.TCP) : protocols(portsAndProtocol[1]);
        PublishedPort first = parse(portsAndProtocol[0], protocols.get(0));
        return protocols.stream().map(first::over).toList();
    }

    private static PublishedPort parse(String text, Protocol protocol) {
        Matcher bracketed = BRACKETED.matcher(text);
        if (bracketed.matches()) {
            String[] ports = bracketed.group(2).split(":", -1);
            if (ports.length != 2) {
                throw new IllegalArgumentException(FORM_IPV6 + "; the host port may be empty");
            }
            return of(protocol, bracketed.group(1), ports[0], ports[1]);
        }
        if (text.indexOf('[') >= 0 || text.indexOf(']') >= 0) {
            throw new IllegalArgumentException(FORM_IPV6);
        }
        String[] fields = text.split(":", -1);
        return switch (fields.length) {
            case 1 -> of(protocol, ANY_IPV4, "", fields[0]);
            case 2 -> of(protocol, ANY_IPV4, fields[0], fields[1]);
            case 3 -> of(protocol, fields[0], fields[1], fields[2]);
            default -> throw new IllegalArgumentException(FORM + "; " + FORM_IPV6);
        };
    }

    private static PublishedPort of(Protocol protocol, String hostIp, String hostPorts, String containerPorts) {
        InetAddress address = IpLiteral.parse(hostIp)
                .orElseThrow(() -> new IllegalArgumentException(GoQuote.quote(hostIp) + " is no IP address: " + FORM));
        Run container = Run.parse("container", containerPorts);
        Run host = hostPorts.isEmpty() ? null : Run.parse("host", hostPorts);
        if (host != null && host.length() != container.length()) {
            throw new IllegalArgumentException("host ports " + hostPorts + " are " + host.length()
                    + " and container ports " + containerPorts + " are " + container.length()
                    + ": give both ranges the same length");
        }
        String text = IpLiteral.text(address);
        return new PublishedPort(
                protocol,
                text.equals(ANY_IPV4) ? null : text,
                host == null ? null : host.first(),
                container.first(),
                container.length());
    }

    private static List<Protocol> protocols(String text) {
        List<Protocol> protocols = new ArrayList<>();
        for (String name : text.split(",", -1)) {
            protocols.add(Arrays.stream(Protocol.values())
                    .filter(protocol -> protocol.name().equals(name.toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "protocol " + GoQuote.quote(name) + " cannot be forwarded: tcp and udp can")));
        }
        return protocols;
    }

    /** Ports from the first on. */
    private record Run(int first, int length) {
        static Run parse(String side, String text) {
            String[] ends = text.split("-", -1);
            if (ends.length > 2) {
                throw new IllegalArgumentException(
                        side + " ports " + GoQuote.quote(text) + " are no range: write it like 8000-8009");
            }
            int first = port(side, ends[0]);
            int last = ends.length == 1 ? first : port(side, ends[1]);
            if (ends.length == 2 && last <= first) {
                throw new IllegalArgumentException(
                        side + " ports " + text + " are no range: it must run upwards, like 8000-8009");
            }
            return new Run(first, last - first + 1);
        }

        private static int port(String side, String text) {
            int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
            if (port < 1 || port > LARGEST_PORT) {
                throw new IllegalArgumentException(side + " port " + GoQuote.quote(text) + " is no number from 1 to "
                        + LARGEST_PORT + ": " + FORM);
            }
            return port;
        }
    }

    private PublishedPort over(Protocol other) {
        return new PublishedPort(other, hostIp, hostPort, containerPort, range);
    }

    /** Where it begins: on the host, or in the target while the host's ports are to be chosen. */
    int first() {
        return hostPort == null ? containerPort : hostPort;
    }

    int last() {
        return first() + range - 1;
    }

    /** Whether both lead equal host ports to equal container ports, however far they go. */
    boolean isAlignedWith(PublishedPort other) {
        return first() - containerPort == other.first() - other.containerPort;
    }

    /** The ports of both, which overlap or are neighbours; this one begins first. */
    PublishedPort joinedWith(PublishedPort other) {
        return new PublishedPort(
                protocol, hostIp, hostPort, containerPort, Math.max(last(), other.last()) - first() + 1);
    }
}
