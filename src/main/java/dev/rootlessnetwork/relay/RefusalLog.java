package dev.rootlessnetwork.relay;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs refusals of one network: a line for each kind at once, then one a minute at most, with how many there were. Thread-safe. */
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final String network;
    private final Map<Refusal, Line> lines = new EnumMap<>(Refusal.class);

    private static final class Line {
        long nextNanoTime = System.nanoTime();
        int count;
    }

    RefusalLog(String network) {
        this.network = network;
    }

    /** @param forward the port that it happened at last */
    synchronized void note(Refusal kind, Forward forward) {
        Line line = lines.computeIfAbsent(kind, unused -> new Line());
        long now = System.nanoTime();
        line.count++;
        if (now - line.nextNanoTime >= 0) {
            LOG.warn(
                    "Refused clients network={} port=\"{}\" count={} why=\"{}\"",
                    network,
                    forward.id(),
                    line.count,
                    kind.words());
            line.count = 0;
            line.nextNanoTime = now + PERIOD_NANOS;
        }
    }
}
