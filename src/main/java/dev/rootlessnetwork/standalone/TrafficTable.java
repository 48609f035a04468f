package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Traffic;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.IpLiteral;
import dev.rootlessnetwork.network.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What came through the ports of objects: a row for each entry that was used, a range of thousands being one of them. */
public final class TrafficTable {
    private static final List<String> TITLES = List.of(
            "NAMESPACE", "NAME", "PORT", "PROTOCOL", "HOST", "CONNECTIONS", "TOTAL", "RECEIVED", "SENT", "REFUSED");

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final double STEP = 1024;

    /** From here on a number is rounded to {@link #STEP}, which the next unit tells better. */
    private static final double TOO_MANY = STEP - 0.5;

    /** Below, a tenth makes a difference. */
    private static final double FEW = 9.95;

    private TrafficTable() {}

    /** Lines of a table, in the order of the objects and their ports; none if no port was used. */
    public static List<String> lines(Collection<? extends JsonNode> objects, NodeTraffic traffic) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode object : objects) {
            JsonNode metadata = object.path("metadata");
            for (JsonNode port : object.path("status").path("ports")) {
                Traffic used = first(port)
                        .map(id -> traffic.of(metadata.path("uid").asText(), id, range(port)))
                        .orElse(Traffic.NONE);
                if (!used.equals(Traffic.NONE)) {
                    rows.add(row(metadata, port, used));
                }
            }
        }
        if (rows.isEmpty()) {
            return List.of();
        }
        TextTable table = new TextTable(TITLES);
        rows.forEach(table::add);
        return table.lines();
    }

    private static List<String> row(JsonNode metadata, JsonNode port, Traffic used) {
        return List.of(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                port.path("name").asText(),
                port.path("protocol").asText(),
                host(port),
                Long.toString(used.open()),
                Long.toString(used.total()),
                bytes(used.receivedBytes()),
                bytes(used.sentBytes()),
                Long.toString(used.refused()));
    }

    /** The first forward of an entry; empty if no port was chosen for it, or its status is garbled. */
    private static Optional<ForwardId> first(JsonNode port) {
        int hostPort = port.path("hostPort").asInt();
        return hostPort < 1
                ? Optional.empty()
                : protocol(port)
                        .flatMap(protocol -> IpLiteral.parse(port.path("hostIP").asText())
                                .map(hostIp -> new ForwardId(protocol, hostIp, hostPort)));
    }

    private static Optional<Protocol> protocol(JsonNode port) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.name().equals(port.path("protocol").asText()))
                .findFirst();
    }

    private static int range(JsonNode port) {
        return port.path("range").asInt(1);
    }

    /** Such as {@code 0.0.0.0:8080} or {@code [::]:8000-8999}. */
    private static String host(JsonNode port) {
        String address = IpLiteral.parse(port.path("hostIP").asText())
                .map(InetAddresses::toUriString)
                .orElse("");
        int first = port.path("hostPort").asInt();
        return address + ":" + first + (range(port) == 1 ? "" : "-" + (first + range(port) - 1));
    }

    /** In two or three digits, such as {@code 1.5MiB}; below a KiB exact. */
    static String bytes(long count) {
        if (count < STEP) {
            return count + UNITS[0];
        }
        double number = count;
        int unit = 0;
        while (number >= TOO_MANY) {
            number /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, number < FEW ? "%.1f" : "%.0f", number) + UNITS[unit];
    }
}
