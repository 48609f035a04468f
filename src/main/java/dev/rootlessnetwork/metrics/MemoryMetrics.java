package dev.rootlessnetwork.metrics;

import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What memory each network's slirp4netns has, read by each scrape; nothing where that is not accounted. Thread-safe. */
final class MemoryMetrics implements MultiCollector {
    private final Map<String, NetworkKey> keys = new ConcurrentHashMap<>();
    private volatile Supplier<Map<String, Long>> source = Map::of;

    /** @param memory in bytes by UID, asked by each thread that scrapes. A later one takes its place. */
    void source(Supplier<Map<String, Long>> memory) {
        source = memory;
    }

    /** Notes how an object is called. */
    void put(NetworkIdentity identity) {
        keys.put(identity.uid(), identity.key());
    }

    /** Leaves an object out from now on. */
    void remove(String uid) {
        keys.remove(uid);
    }

    @Override
    public MetricSnapshots collect() {
        Map<NetworkKey, Long> bytes = new LinkedHashMap<>();
        source.get().forEach((uid, memory) -> {
            NetworkKey key = keys.get(uid);
            if (key != null) {
                // An object may be back under its name while the one before is being stopped.
                bytes.merge(key, memory, Long::sum);
            }
        });
        if (bytes.isEmpty()) {
            return new MetricSnapshots();
        }
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("rootlessnetwork_network_memory_bytes")
                .help(
                        "Memory that the object's slirp4netns has taken since it was put into its cgroup; with --cgroup only.");
        bytes.forEach((key, memory) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(Labels.of("namespace", key.namespace(), "name", key.name()))
                .value((double) memory)
                .build()));
        return new MetricSnapshots(gauge.build());
    }
}
