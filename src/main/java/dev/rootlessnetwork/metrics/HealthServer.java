package dev.rootlessnetwork.metrics;

import dev.rootlessnetwork.metrics.HttpListener.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers {@code /livez}, {@code /readyz} and {@code /metrics} by HTTP. The first says only that this process answers.
 *
 * <p>A client that sends half a request, or does not read its answer, holds one of the threads until a deadline, and is hung
 * up on then; one that sends nothing holds none. Only while there are more of them than threads do others wait that long.
 */
public final class HealthServer implements AutoCloseable {
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String HEALTH_FLAG = "--health-address";
    private static final String METRICS_FLAG = "--metrics-address";
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpListener health;
    private final HttpListener metrics;

    private HealthServer(HttpListener health, HttpListener metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    /**
     * Listens. An address given twice is served by one listener, with everything there.
     *
     * @param readiness asked by each request, in a thread of the server; must not wait for others
     * @param scrape the figures in Prometheus's text format; likewise, but may take a second
     * @throws IOException if an address cannot be had; says which, and what to do
     */
    public static HealthServer start(
            InetSocketAddress health, InetSocketAddress metrics, Supplier<Readiness> readiness, Supplier<String> scrape)
            throws IOException {
        Map<String, Supplier<Answer>> states = new LinkedHashMap<>();
        states.put("/livez", () -> Answer.plain(OK, "ok"));
        states.put("/readyz", () -> ready(readiness.get()));
        Map<String, Supplier<Answer>> figures = new LinkedHashMap<>();
        figures.put("/metrics", () -> new Answer(OK, PROMETHEUS_TEXT, scrape.get()));
        if (health.equals(metrics)) {
            states.putAll(figures);
            HttpListener both = HttpListener.start(health, HEALTH_FLAG, states);
            return new HealthServer(both, both);
        }
        HttpListener first = HttpListener.start(health, HEALTH_FLAG, states);
        try {
            return new HealthServer(first, HttpListener.start(metrics, METRICS_FLAG, figures));
        } catch (IOException e) {
            first.close();
            throw e;
        }
    }

    private static Answer ready(Readiness readiness) {
        return readiness.ready() ? Answer.plain(OK, "ok") : Answer.plain(UNAVAILABLE, readiness.message());
    }

    /** Where health is told, as bound. */
    public InetSocketAddress healthAddress() {
        return health.address();
    }

    /** Where figures are told, as bound. */
    public InetSocketAddress metricsAddress() {
        return metrics.address();
    }

    /** Stops at once; requests under way are cut off. */
    @Override
    public void close() {
        metrics.close();
        health.close();
    }
}
