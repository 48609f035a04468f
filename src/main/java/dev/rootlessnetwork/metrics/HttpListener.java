package dev.rootlessnetwork.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One address that answers GET and HEAD, with threads of its own. */
final class HttpListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;

    /** Length that the JDK's server takes for "no body". */
    private static final int NO_BODY = -1;

    /** Where clients behave, one or two are enough. */
    private static final int MOST_THREADS = 32;

    static {
        // The JDK's server has no deadlines of its own, and can be given some for all of its kind only, before the
        // first.
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

    private final HttpServer server;
    private final FewThreads threads;
    private final Map<String, Supplier<Answer>> pages;

    private HttpListener(HttpServer server, FewThreads threads, Map<String, Supplier<Answer>> pages) {
        this.server = server;
        this.threads = threads;
        this.pages = pages;
    }

    /** One answer, whole. */
    record Answer(int status, String contentType, String body) {
        /** A sentence. */
        static Answer plain(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text + "\n");
        }
    }

    /**
     * Listens.
     *
     * @param flag that the address was given by, for messages
     * @param pages by path, in the order in which they are told of; each asked by a thread of this listener
     */
    static HttpListener start(InetSocketAddress address, String flag, Map<String, Supplier<Answer>> pages)
            throws IOException {
        HttpServer server = bind(address, flag);
        FewThreads threads = new FewThreads("health", MOST_THREADS);
        server.setExecutor(threads);
        HttpListener listener = new HttpListener(server, threads, pages);
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

    /** As bound. */
    InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, answer(exchange));
        }
    }

    private Answer answer(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        Supplier<Answer> page = pages.get(path);
        if (page == null) {
            return Answer.plain(NOT_FOUND, "there is no such page; there is " + String.join(", ", pages.keySet()));
        }
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Answer.plain(METHOD_NOT_ALLOWED, "only GET and HEAD are possible");
        }
        try {
            return page.get();
        } catch (RuntimeException e) {
            LOG.error("Answering failed path={}", path, e);
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

    /** Stops at once; requests under way are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
