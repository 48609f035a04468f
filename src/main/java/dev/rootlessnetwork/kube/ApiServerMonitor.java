package dev.rootlessnetwork.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every answer of the API server, and every failure to get one. Says in one line what stands in the way, once for each
 * trouble, and when it is over. Thread-safe.
 */
final class ApiServerMonitor implements Interceptor {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServerMonitor.class);

    private final Map<Access, String> troubles = new EnumMap<>(Access.class);
    private String address = "";

    /** What is asked for; one can be in trouble without the other. */
    private enum Access {
        /** Lists and watches. */
        READ("read objects"),
        /** Statuses and events. */
        WRITE("write statuses and events");

        private final String what;

        Access(String what) {
            this.what = what;
        }
    }

    /** Tells which API server it is, for messages. */
    void watches(String newAddress) {
        address = newAddress;
    }

    /** What keeps us from hearing of objects; empty if nothing does. */
    synchronized Optional<String> readTrouble() {
        return Optional.ofNullable(troubles.get(Access.READ));
    }

    @Override
    public void after(
            HttpRequest request, HttpResponse<?> response, AsyncBody.@Nullable Consumer<List<ByteBuffer>> consumer) {
        Access access = access(request);
        String trouble = trouble(access, response.code());
        if (trouble == null) {
            over(access);
        } else {
            begin(access, trouble);
        }
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        begin(access(request), "cannot reach the API server at " + address + " (" + describe(failure) + ")");
    }

    private static Access access(HttpRequest request) {
        return request.method().equals("GET") ? Access.READ : Access.WRITE;
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Null for an answer that says the API server works: one object's being gone or changed is not its trouble. */
    private @Nullable String trouble(Access access, int code) {
        return switch (code) {
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                "the API server does not accept our credentials (401): renew the token or certificate";
            case HttpURLConnection.HTTP_FORBIDDEN ->
                "the API server does not let us " + access.what + " (403): bind the agent's ClusterRole to its account";
            case WriteBackoff.TOO_MANY_REQUESTS -> "the API server asks us to slow down (429)";
            case HttpURLConnection.HTTP_NOT_FOUND ->
                access == Access.READ
                        ? "the API server does not know RootlessNetwork objects (404): install the custom resource"
                                + " definition, with kubectl apply -f crds"
                        : null;
            case HttpURLConnection.HTTP_BAD_REQUEST ->
                access == Access.READ
                        ? "the API server cannot select objects by spec.nodeName (400): install the custom resource"
                                + " definition of this version, with kubectl apply -f crds; Kubernetes 1.31 or newer is needed"
                        : null;
            default -> code >= HttpURLConnection.HTTP_INTERNAL_ERROR ? "the API server fails (" + code + ")" : null;
        };
    }

    private synchronized void begin(Access access, String trouble) {
        if (!trouble.equals(troubles.put(access, trouble))) {
            LOG.warn("Cannot {}: {}. Trying again; networks run on", access.what, trouble);
        }
    }

    private synchronized void over(Access access) {
        if (troubles.remove(access) != null) {
            LOG.info("Can {} again server={}", access.what, URI.create(address).getAuthority());
        }
    }
}
