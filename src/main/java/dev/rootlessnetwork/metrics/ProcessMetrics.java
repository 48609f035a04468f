package dev.rootlessnetwork.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * What this process takes of the machine, under the names that Prometheus's own libraries use. Read from /proc: Micrometer's
 * binders do not tell the resident memory, and the management beans that they ask for the rest take 1.8 MiB of it.
 */
final class ProcessMetrics implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        gauge("process.resident.memory", ProcessFiles.SELF::residentBytes)
                .description("Memory of the process that is resident, without that of slirp4netns.")
                .baseUnit("bytes")
                .register(registry);
        gauge("process.threads", ProcessFiles.SELF::threads)
                .description("Threads of the process.")
                .register(registry);
        gauge("process.open.fds", ProcessFiles.SELF::openDescriptors)
                .description("Open file descriptors.")
                .register(registry);
        gauge("process.max.fds", ProcessFiles.SELF::mostDescriptors)
                .description("Most file descriptors that may be open.")
                .register(registry);
        gauge("process.start.time", ProcessMetrics::startTime)
                .description("When the process started, in seconds since 1970.")
                .baseUnit("seconds")
                .register(registry);
        // The counter holds its object weakly, and stands still when that is gone: one that stays.
        FunctionCounter.builder("process.cpu", ProcessFiles.SELF, self -> processorTime())
                .description("Processor time that the process has used.")
                .baseUnit("seconds")
                .register(registry);
        heap(registry);
    }

    private static void heap(MeterRegistry registry) {
        Runtime runtime = Runtime.getRuntime();
        gauge("jvm.memory.used", () -> runtime.totalMemory() - runtime.freeMemory())
                .description("Memory of the JVM in use.")
                .baseUnit("bytes")
                .tag("area", "heap")
                .register(registry);
        gauge("jvm.memory.committed", runtime::totalMemory)
                .description("Memory of the JVM that it has taken from the machine.")
                .baseUnit("bytes")
                .tag("area", "heap")
                .register(registry);
        gauge("jvm.memory.max", runtime::maxMemory)
                .description("Most memory that the JVM may take.")
                .baseUnit("bytes")
                .tag("area", "heap")
                .register(registry);
    }

    private static Gauge.Builder<Supplier<Number>> gauge(String name, Supplier<Number> value) {
        return Gauge.builder(name, value);
    }

    private static double startTime() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .map(millis -> millis / 1e3)
                .orElse(Double.NaN);
    }

    private static double processorTime() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .map(nanos -> nanos / 1e9)
                .orElse(Double.NaN);
    }
}
