package dev.rootlessnetwork.kube;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Throwables;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** How the agent talks to the API server: settings with which a connection that dies silently is noticed within seconds. */
final class Connection {
    private static final Path POD_TOKEN = Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    /** A watch whose pings stay without an answer for so long is given up. */
    private static final Duration PING = Duration.ofSeconds(5);

    /** The first wait before a watch is opened again; it doubles up to 32 times this. */
    private static final Duration RECONNECT = Duration.ofMillis(250);

    private Connection() {}

    /**
     * A client that needs no more than the given access and retries nothing by itself: who asks decides when to ask again.
     * Does not connect yet.
     *
     * @param kubeconfig null: what the environment says
     * @throws IOException if the access that it tells of cannot be used
     */
    static KubernetesClient client(@Nullable Path kubeconfig, ApiServerMonitor monitor) throws IOException {
        try {
            Config config =
                    kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(kubeconfig.toFile());
            tune(config);
            monitor.watches(config.getMasterUrl());
            return build(config, monitor);
        } catch (KubernetesClientException e) {
            String where = kubeconfig == null ? "the environment" : kubeconfig.toString();
            throw new IOException(
                    "cannot use the access to the API server that " + where + " tells of: " + cause(e)
                            + "; look at it with kubectl config view, or choose another with --kubeconfig",
                    e);
        }
    }

    /** In one line: where in its input a parser was, as it tells in a second one, nobody is told by REDACTED. */
    private static String cause(Throwable failure) {
        Throwable deepest = Throwables.getRootCause(failure);
        String message = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    private static void tune(Config config) {
        config.setConnectionTimeout((int) CONNECT_TIMEOUT.toMillis());
        config.setRequestTimeout((int) REQUEST_TIMEOUT.toMillis());
        config.setRequestRetryBackoffLimit(0);
        config.setWatchReconnectInterval((int) RECONNECT.toMillis());
        config.setWebsocketPingInterval(PING.toMillis());
        config.setHttp2Disable(true); // its streams share a connection, where pings of a watch are not sent
        Path token = tokenFile(config);
        if (token != null) {
            config.setOauthTokenProvider(new TokenFile(token));
        }
    }

    private static KubernetesClient build(Config config, ApiServerMonitor monitor) {
        if (config.getClientKeyAlgo() != null) {
            return buildOnce(config, monitor);
        }
        try {
            return buildOnce(config, monitor);
        } catch (KubernetesClientException e) {
            // A key in PKCS #8 does not name its algorithm on its first line, and is taken for RSA.
            config.setClientKeyAlgo("EC");
            return buildOnce(config, monitor);
        }
    }

    private static KubernetesClient buildOnce(Config config, ApiServerMonitor monitor) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new WatchedFactory(monitor))
                .withKubernetesSerialization(serialization())
                .build();
    }

    /** Without a search for every class of every model: we use four of them. */
    private static KubernetesSerialization serialization() {
        KubernetesSerialization serialization = new KubernetesSerialization(mapper(), false);
        // What ends a watch, above all that it asks for what happened too long ago; nothing else names this class.
        serialization.registerKubernetesResource("v1", "Status", Status.class);
        return serialization;
    }

    /** Fields of a later version of the resource are none of our business. */
    private static ObjectMapper mapper() {
        return JsonMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    /** The file that a token is to be read from, again and again, since it is replaced before it expires; null: none. */
    private static @Nullable Path tokenFile(Config config) {
        NamedContext context = config.getCurrentContext();
        File kubeconfig = config.getFileWithAuthInfo();
        if (context == null) {
            return Files.isReadable(POD_TOKEN) ? POD_TOKEN : null;
        }
        if (kubeconfig == null) {
            return null;
        }
        return KubeConfigUtils.parseConfig(kubeconfig).getUsers().stream()
                .filter(user -> user.getName().equals(context.getContext().getUser()))
                .map(user -> user.getUser().getTokenFile())
                .filter(file -> file != null && !file.isEmpty())
                .map(file -> kubeconfig.toPath().toAbsolutePath().resolveSibling(file))
                .findFirst()
                .orElse(null);
    }

    /**
     * Lets the monitor see each attempt as it is, and gives each a deadline: the client knows none for the opening of a watch, where
     * a server that accepts connections and says nothing would take one more thread with each attempt.
     */
    private static final class WatchedFactory extends OkHttpClientFactory {
        private final ApiServerMonitor monitor;

        WatchedFactory(ApiServerMonitor monitor) {
            this.monitor = monitor;
        }

        @Override
        protected void additionalConfig(OkHttpClient.Builder builder) {
            builder.callTimeout(REQUEST_TIMEOUT).addInterceptor(monitor);
        }
    }
}
