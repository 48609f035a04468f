package dev.rootlessnetwork.metrics;

import dev.rootlessnetwork.launch.NodeTraffic;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.Traffic;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.NetworkKey;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What the relay has done for each entry of the ports, asked of it by each scrape; what it does not tell is left out. Not made of
 * Micrometer's meters, which stay when what they tell of is gone. Thread-safe.
 */
final class RelayMetrics implements MultiCollector {
    private static final String PREFIX = "rootlessnetwork_relay_";

    private final Map<String, Ports> byUid = new ConcurrentHashMap<>();
    private volatile Supplier<NodeTraffic> source = () -> NodeTraffic.NONE;

    /** The entries of an object, as they were last observed. */
    private record Ports(NetworkKey key, List<PortObservation> ports) {}

    /** @param traffic asked by each thread that scrapes; may take a second. A later one takes its place. */
    void source(Supplier<NodeTraffic> traffic) {
        source = traffic;
    }

    /** Takes an object's ports for what they are now. */
    void put(Observation observation) {
        byUid.put(observation.identity().uid(), new Ports(observation.identity().key(), observation.ports()));
    }

    /** Leaves an object out from now on. */
    void remove(String uid) {
        byUid.remove(uid);
    }

    @Override
    public MetricSnapshots collect() {
        NodeTraffic traffic = source.get();
        List<MetricSnapshot> all = new ArrayList<>();
        if (!traffic.relays().isEmpty() || !traffic.problems().isEmpty()) {
            all.add(gauge(
                    "up",
                    "Whether the relay answers, 1 or 0; absent while no port needs one.",
                    traffic.problems().isEmpty() ? 1 : 0));
        }
        if (!traffic.relays().isEmpty()) {
            List<ProcessFiles> processes =
                    traffic.relays().stream().map(ProcessFiles::of).toList();
            all.add(gauge(
                    "resident_memory_bytes",
                    "Memory of the relay that is resident.",
                    sum(processes, ProcessFiles::residentBytes)));
            all.add(gauge(
                    "open_fds", "Open file descriptors of the relay.", sum(processes, ProcessFiles::openDescriptors)));
        }
        Map<Labels, Traffic> used = used(traffic);
        if (!used.isEmpty()) {
            all.add(open(used));
            all.add(counter("connections", "Connections, or flows of UDP, so far.", used, Traffic::total));
            all.add(counter("received_bytes", "Bytes from clients to the target.", used, Traffic::receivedBytes));
            all.add(counter("sent_bytes", "Bytes from the target to clients.", used, Traffic::sentBytes));
            all.add(counter(
                    "refused", "Connections, or datagrams, that the target did not take.", used, Traffic::refused));
        }
        return new MetricSnapshots(all);
    }

    private Map<Labels, Traffic> used(NodeTraffic traffic) {
        Map<Labels, Traffic> used = new LinkedHashMap<>();
        byUid.forEach((uid, object) -> {
            for (PortObservation port : object.ports()) {
                Traffic sum = of(uid, port, traffic);
                if (!sum.equals(Traffic.NONE)) {
                    // An object may be back under its name while the one before is being stopped.
                    used.merge(labels(object.key(), port), sum, Traffic::plus);
                }
            }
        });
        return used;
    }

    private static Traffic of(String uid, PortObservation port, NodeTraffic traffic) {
        Integer first = port.hostPort();
        return first == null
                ? Traffic.NONE
                : traffic.of(
                        uid,
                        new ForwardId(port.entry().protocol(), port.entry().hostIp(), first),
                        port.entry().range());
    }

    private static Labels labels(NetworkKey key, PortObservation port) {
        return Labels.of(
                "namespace",
                key.namespace(),
                "name",
                key.name(),
                "port",
                port.entry().name(),
                "protocol",
                port.entry().protocol().name());
    }

    private static double sum(List<ProcessFiles> processes, ToDoubleFunction<ProcessFiles> figure) {
        return processes.stream().mapToDouble(figure).sum();
    }

    private static MetricSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(PREFIX + name)
                .help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
                .build();
    }

    private static MetricSnapshot open(Map<Labels, Traffic> used) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name(PREFIX + "connections_open")
                .help("Connections, or flows of UDP, that are open now.");
        used.forEach((labels, traffic) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value((double) traffic.open())
                .build()));
        return gauge.build();
    }

    /** @param name without the ending that Prometheus's text format adds */
    private static MetricSnapshot counter(
            String name, String help, Map<Labels, Traffic> used, ToDoubleFunction<Traffic> value) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(PREFIX + name).help(help);
        used.forEach((labels, traffic) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value.applyAsDouble(traffic))
                .build()));
        return counter.build();
    }
}
