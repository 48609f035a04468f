package dev.rootlessnetwork.api;

import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.network.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All {@code --publish} of one command line as entries of a spec: joined like Podman joins them, and named. */
final class PublishedPorts {
    private PublishedPorts() {}

    /** What can be joined: listening on the same address by the same protocol. */
    private record Listener(Protocol protocol, @Nullable String hostIp, boolean chosen) {
        static Listener of(PublishedPort port) {
            return new Listener(port.protocol(), port.hostIp(), port.hostPort() == null);
        }
    }

    /** A port, and where on the command line it or the first that it was joined from stands. */
    private record Placed(int place, PublishedPort port) {}

    /**
     * The entries, in the order of the command line.
     *
     * @param problems gets a message for each host port that is to lead to two places
     */
    static List<PortSpec> toSpec(List<PublishedPort> ports, List<String> problems) {
        Map<Listener, List<Placed>> byListener = new LinkedHashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            byListener
                    .computeIfAbsent(Listener.of(ports.get(i)), listener -> new ArrayList<>())
                    .add(new Placed(i, ports.get(i)));
        }
        List<Placed> joined = new ArrayList<>();
        for (List<Placed> together : byListener.values()) {
            joined.addAll(join(together, problems));
        }
        joined.sort(Comparator.comparingInt(Placed::place));
        return named(joined.stream().map(Placed::port).toList());
    }

    private static Collection<Placed> join(List<Placed> ports, List<String> problems) {
        List<Placed> sorted = new ArrayList<>(ports);
        sorted.sort(Comparator.comparingInt(placed -> placed.port().first()));
        List<Placed> joined = new ArrayList<>();
        for (Placed next : sorted) {
            int last = joined.size() - 1;
            Placed before = joined.isEmpty() ? null : joined.get(last);
            if (before == null || next.port().first() > before.port().last() + 1) {
                joined.add(next);
            } else if (next.port().isAlignedWith(before.port())) {
                joined.set(
                        last,
                        new Placed(
                                Math.min(before.place(), next.place()),
                                before.port().joinedWith(next.port())));
            } else if (next.port().first() > before.port().last()) {
                joined.add(next);
            } else {
                problems.add(conflict(before.port(), next.port()));
            }
        }
        return joined;
    }

    private static String conflict(PublishedPort before, PublishedPort next) {
        int host = next.first();
        return "conflicting ports: host port " + host + "/" + lowerCase(next.protocol())
                + " is to lead to container port " + (before.containerPort() + host - before.first()) + " and to "
                + next.containerPort() + ": leave one out";
    }

    private static List<PortSpec> named(List<PublishedPort> ports) {
        Set<String> names = new HashSet<>();
        List<PortSpec> named = new ArrayList<>();
        for (PublishedPort port : ports) {
            String name = lowerCase(port.protocol()) + "-" + port.first();
            String unique = name;
            for (int i = 2; !names.add(unique); i++) {
                unique = name + "-" + i;
            }
            named.add(new PortSpec(
                    unique,
                    port.protocol().name(),
                    port.hostIp(),
                    port.hostPort(),
                    port.containerPort(),
                    null,
                    port.range() == 1 ? null : port.range()));
        }
        return named;
    }

    private static String lowerCase(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }
}
