package dev.rootlessnetwork.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Health and figures over real HTTP, and clients that misbehave. */
class HealthServerIT {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String BUSY_ADDRESS = "; end what listens there, or choose another address or port by ";

    /** Fewer than the server has threads, and more. */
    private static final int SOME = 20;

    private static final int MANY = 100;

    private static final String HALF_A_REQUEST = "GET /livez HTTP/1.1\r\nHost: ";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> slow = new ArrayList<>();
    private volatile Readiness readiness = new Readiness(true, "");
    private volatile String figures = "up 1\n";

    private HealthServer start() throws IOException {
        return start(loopback(0), loopback(0));
    }

    private HealthServer start(InetSocketAddress health, InetSocketAddress metrics) throws IOException {
        return HealthServer.start(health, metrics, () -> readiness, () -> figures);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return loopback(free.getLocalPort());
        }
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : slow) {
            socket.close();
        }
    }

    private HttpResponse<String> ask(InetSocketAddress server, String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.getPort() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(DEADLINE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(InetSocketAddress server, String path) throws Exception {
        return ask(server, "GET", path);
    }

    private Socket send(InetSocketAddress server, String bytes) throws IOException {
        Socket socket = new Socket();
        slow.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout((int) DEADLINE.toMillis());
        socket.connect(server);
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String contentType(HttpResponse<String> response) {
        return response.headers().firstValue("content-type").orElse("");
    }

    @Test
    void livesAsLongAsItAnswers() throws Exception {
        readiness = new Readiness(false, "the API server does not answer");
        try (HealthServer server = start()) {
            HttpResponse<String> response = get(server.healthAddress(), "/livez");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok\n");
            assertThat(contentType(response)).isEqualTo("text/plain; charset=utf-8");
        }
    }

    @Test
    void saysWhyItIsNotReady() throws Exception {
        try (HealthServer server = start()) {
            assertThat(get(server.healthAddress(), "/readyz").statusCode()).isEqualTo(200);
            readiness = new Readiness(false, "waiting for the API server – 10.96.0.1");
            HttpResponse<String> response = get(server.healthAddress(), "/readyz");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).isEqualTo("waiting for the API server – 10.96.0.1\n");
            assertThat(contentType(response)).isEqualTo("text/plain; charset=utf-8");
        }
    }

    @Test
    void givesFiguresAsPrometheusWantsThem() throws Exception {
        AgentMetrics agent = new AgentMetrics("1.0");
        figures = agent.scrape();
        try (HealthServer server = start()) {
            HttpResponse<String> response = get(server.metricsAddress(), "/metrics");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(contentType(response)).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            assertThat(response.body()).isEqualTo(figures);
        }
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        try (HealthServer server = start()) {
            HttpResponse<String> response = ask(server.healthAddress(), "HEAD", "/livez");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValue("content-length")).contains("3");
        }
    }

    @Test
    void refusesOtherMethodsAndPaths() throws Exception {
        try (HealthServer server = start()) {
            HttpResponse<String> post = ask(server.healthAddress(), "POST", "/livez");
            assertThat(post.statusCode()).isEqualTo(405);
            assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
            for (String path : List.of("/", "/livez/", "/livezz", "/metricsz", "/../livez")) {
                HttpResponse<String> response = get(server.healthAddress(), path);
                assertThat(response.statusCode()).as(path).isEqualTo(404);
                assertThat(response.body()).isEqualTo("there is no such page; there is /livez, /readyz, /metrics\n");
                assertThat(contentType(response)).isEqualTo("text/plain; charset=utf-8");
            }
        }
    }

    @Test
    void keepsFiguresApartWhereTheyHaveAnAddressOfTheirOwn() throws Exception {
        InetSocketAddress other = freeAddress();
        try (HealthServer server = start(loopback(0), other)) {
            assertThat(server.metricsAddress()).isEqualTo(other);
            assertThat(server.healthAddress()).isNotEqualTo(server.metricsAddress());
            assertThat(get(server.metricsAddress(), "/metrics").statusCode()).isEqualTo(200);
            assertThat(get(server.metricsAddress(), "/livez").statusCode()).isEqualTo(404);
            assertThat(get(server.healthAddress(), "/metrics").statusCode()).isEqualTo(404);
            assertThat(get(server.healthAddress(), "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void servesAllAtOneAddressThatIsGivenTwice() throws Exception {
        try (HealthServer server = start()) {
            assertThat(server.metricsAddress()).isEqualTo(server.healthAddress());
            assertThat(get(server.healthAddress(), "/metrics").body()).isEqualTo("up 1\n");
        }
    }

    @Test
    void tellsWhichAddressCannotBeHadAndKeepsNone() throws Exception {
        InetSocketAddress health = freeAddress();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress busy = loopback(taken.getLocalPort());
            assertThatThrownBy(() -> start(busy, busy))
                    .isInstanceOf(IOException.class)
                    .hasMessage("cannot listen on " + busy.getHostString() + ":" + busy.getPort()
                            + ": Address already in use" + BUSY_ADDRESS + "--health-address");
            assertThatThrownBy(() -> start(health, busy))
                    .isInstanceOf(IOException.class)
                    .hasMessage("cannot listen on " + busy.getHostString() + ":" + busy.getPort()
                            + ": Address already in use" + BUSY_ADDRESS + "--metrics-address");
            try (HealthServer server = start(health, health)) {
                assertThat(server.healthAddress()).isEqualTo(health);
            }
        }
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("no-such-host.invalid", 9470);
        assertThatThrownBy(() -> start(unknown, unknown))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on no-such-host.invalid:9470: there is no host of that name;"
                        + " give --health-address an address of this host");
    }

    @Test
    void answersOthersWhileManyClientsSendNothing() throws Exception {
        try (HealthServer server = start()) {
            for (int i = 0; i < MANY; i++) {
                send(server.healthAddress(), "");
            }
            assertThat(get(server.healthAddress(), "/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void answersOthersWhileSomeClientsSendHalfARequestAndHangsUpOnThose() throws Exception {
        try (HealthServer server = start()) {
            for (int i = 0; i < SOME; i++) {
                send(server.healthAddress(), HALF_A_REQUEST);
            }
            assertThat(get(server.healthAddress(), "/livez").statusCode()).isEqualTo(200);
            for (Socket client : slow) {
                assertThat(bytesUntilHungUpOn(client)).isZero();
            }
        }
    }

    @Test
    void isBackSoonAfterMoreSlowClientsThanItHasThreads() throws Exception {
        try (HealthServer server = start()) {
            for (int i = 0; i < MANY; i++) {
                send(server.healthAddress(), HALF_A_REQUEST);
            }
            awaitAnswer(server);
            for (Socket client : slow) {
                assertThat(bytesUntilHungUpOn(client)).isZero();
            }
        }
    }

    @Test
    void isBackSoonAfterClientsThatPromiseABodyAndSendNone() throws Exception {
        try (HealthServer server = start()) {
            for (int i = 0; i < MANY; i++) {
                send(server.healthAddress(), "POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
            }
            awaitAnswer(server);
        }
    }

    @Test
    void answersOthersWhileSomeClientsDoNotReadTheirAnswerAndHangsUpOnThose() throws Exception {
        figures = "x".repeat(8 << 20); // more than the kernel takes off the server's hands
        try (HealthServer server = start()) {
            for (int i = 0; i < SOME; i++) {
                send(server.metricsAddress(), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            assertThat(get(server.healthAddress(), "/livez").statusCode()).isEqualTo(200);
            await().atMost(DEADLINE).until(() -> handlingThreads() == 0);
            for (Socket client : slow) {
                assertThat(bytesUntilHungUpOn(client)).isLessThan(figures.length());
            }
        }
    }

    @Test
    void survivesAQuestionThatCannotBeAnswered() throws Exception {
        try (HealthServer server = HealthServer.start(
                loopback(0),
                loopback(0),
                () -> {
                    throw new IllegalStateException("no idea");
                },
                () -> figures)) {
            HttpResponse<String> response = get(server.healthAddress(), "/readyz");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).isEqualTo("this failed; the agent's log says why\n");
            assertThat(get(server.healthAddress(), "/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void getsAlongWithFewThreadsWhereClientsBehave() throws Exception {
        // Of servers before, which may be ending still.
        Set<Thread> others = healthThreads();
        try (HealthServer server = start()) {
            for (int i = 0; i < MANY; i++) {
                assertThat(get(server.healthAddress(), "/readyz").statusCode()).isEqualTo(200);
            }
            assertThat(healthThreads())
                    .filteredOn(thread -> !others.contains(thread))
                    .hasSizeBetween(1, 5);
        }
    }

    private static Set<Thread> healthThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("health"))
                .collect(Collectors.toSet());
    }

    @Test
    void keepsNoProcessAliveByItsThreads() throws Exception {
        try (HealthServer server = start()) {
            assertThat(get(server.healthAddress(), "/livez").statusCode()).isEqualTo(200);
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().matches("(?i)health.*|HTTP-Dispatcher.*"))
                    .isNotEmpty()
                    .allMatch(Thread::isDaemon);
        }
    }

    private static long handlingThreads() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .filter(frame -> frame.getMethodName().equals("send")
                        && frame.getClassName().startsWith(HttpListener.class.getName()))
                .count();
    }

    private static long bytesUntilHungUpOn(Socket client) throws IOException {
        long count = 0;
        byte[] bytes = new byte[1 << 16];
        try {
            for (int read = client.getInputStream().read(bytes);
                    read >= 0;
                    read = client.getInputStream().read(bytes)) {
                count += read;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return count;
    }

    /** Those who wait while all threads are taken are hung up on, too, and ask again. */
    private void awaitAnswer(HealthServer server) {
        await().atMost(DEADLINE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> get(server.healthAddress(), "/livez").statusCode() == 200);
    }
}
