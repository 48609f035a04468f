package dev.rootlessnetwork.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /livez}, {@code /readyz} and {@code /metrics} by HTTP. The first says only that this process answers.
 *
 * <p>A client that sends half a request, or does not read its answer, holds one of the threads until a deadline, and is hung
 * up on then; one that sends nothing holds none. Only while more of them are there than threads do others wait that long.
 */
public final class HealthServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthServer.class);
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /** A thread lives while it is needed, which is for milliseconds where clients behave. */
    private static final int MOST_THREADS = 32;

    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;
    private static final int UNAVAILABLE = 503;

    /** Length that the JDK's server takes for "no body". */
    private static final int NO_BODY = -1;

    private final Listener health;
    private final Listener metrics;

    static {
        // The JDK's server has no deadline of its own, and can be given one for all of its kind only, before the first.
        Map.of(
                        "sun.net.httpserver.maxReqTime", "2", // seconds, from the connection or its next request
                        "sun.net.httpserver.maxRspTime", "5",
                        "sun.net.httpserver.timerMillis", "500", // how often it looks
                        "sun.net.httpserver.nodelay", "true", // or an answer may wait 40 ms for its second packet
                        "jdk.httpserver.maxConnections", "256")
                .forEach((name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
    }

    private HealthServer(Listener health, Listener metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    /** One answer, whole. */
    private record Answer(int status, String contentType, String body) {
        static Answer plain(int status, String body) {
            return new Answer(status, PLAIN_TEXT, body + "\n");
        }
    }

    /**
     * Listens. An address given twice is served by one listener, with everything there.
     *
     * @param readiness asked by each request, in a thread of the server; must not wait for others
     * @param scrape the figures in Prometheus's text format; likewise
     * @throws IOException if an address cannot be had; says which, and what to do
     */
    public static HealthServer start(
            InetSocketAddress health, InetSocketAddress metrics, Supplier<Readiness> readiness, Supplier<String> scrape)
            throws IOException {
        Map<String, Supplier<Answer>> paths = new LinkedHashMap<>();
        paths.put("/livez", () -> Answer.plain(OK, "ok"));
        paths.put("/readyz", () -> ready(readiness.get()));
        Map<String, Supplier<Answer>> figures = new LinkedHashMap<>();
        figures.put("/metrics", () -> new Answer(OK, PROMETHEUS_TEXT, scrape.get()));
        if (health.equals(metrics)) {
            paths.putAll(figures);
            Listener both = Listener.start(health, "--health-address", paths);
            return new HealthServer(both, both);
        }
        Listener first = Listener.start(health, "--health-address", paths);
        try {
            return new HealthServer(first, Listener.start(metrics, "--metrics-address", figures));
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
        return health.server.getAddress();
    }

    /** Where figures are told, as bound. */
    public InetSocketAddress metricsAddress() {
        return metrics.server.getAddress();
    }

    /** Stops at once; requests under way are cut off. */
    @Override
    public void close() {
        metrics.close();
        health.close();
    }

    /** One listening address with threads of its own, so that those who wait at one do not make the other wait. */
    private record Listener(HttpServer server, ThreadPoolExecutor threads, Map<String, Supplier<Answer>> paths) {
        static Listener start(InetSocketAddress address, String flag, Map<String, Supplier<Answer>> paths)
                throws IOException {
            HttpServer server = bind(address, flag);
            ThreadPoolExecutor threads = new ThreadPoolExecutor(
                    MOST_THREADS,
                    MOST_THREADS,
                    IDLE.toSeconds(),
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    task -> {
                        Thread thread = new Thread(task, "health");
                        thread.setDaemon(true);
                        return thread;
                    });
            threads.allowCoreThreadTimeOut(true);
            server.setExecutor(threads);
            Listener listener = new Listener(server, threads, paths);
            server.createContext("/", listener::handle);
            startAsDaemon(server);
            return listener;
        }

        private static HttpServer bind(InetSocketAddress address, String flag) throws IOException {
            String where = address.getHostString() + ":" + address.getPort();
            if (address.isUnresolved()) {
                throw new IOException("cannot listen on " + where + ": there is no host of that name; give " + flag
                        + " an address of this host");
            }
            try {
                return HttpServer.create(address, 0);
            } catch (IOException e) {
                throw new IOException(
                        "cannot listen on " + where + ": " + e.getMessage() + "; end what listens there, or choose"
                                + " another address or port by " + flag,
                        e);
            }
        }

        /** The server's own thread is a daemon only if the one that starts it is. */
        private static void startAsDaemon(HttpServer server) throws IOException {
            Thread starter = new Thread(server::start, "health-start");
            starter.setDaemon(true);
            starter.start();
            try {
                starter.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                server.stop(0);
                throw new IOException("interrupted while starting to listen on " + server.getAddress(), e);
            }
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                send(exchange, answer(exchange));
            }
        }

        private Answer answer(HttpExchange exchange) {
            Supplier<Answer> page = paths.get(exchange.getRequestURI().getPath());
            if (page == null) {
                return Answer.plain(NOT_FOUND, "there is no such page; there is " + String.join(", ", paths.keySet()));
            }
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                return Answer.plain(METHOD_NOT_ALLOWED, "only GET and HEAD are possible");
            }
            try {
                return page.get();
            } catch (RuntimeException e) {
                LOG.error("Answering failed path={}", exchange.getRequestURI().getPath(), e);
                return Answer.plain(FAILED, "this failed; the agent's log says why");
            }
        }

        private static void send(HttpExchange exchange, Answer answer) throws IOException {
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
                exchange.sendResponseHeaders(answer.status, NO_BODY);
                return;
            }
            exchange.sendResponseHeaders(answer.status, body.length);
            try (OutputStream output = exchange.getResponseBody()) {
                output.write(body);
            }
        }

        private void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
