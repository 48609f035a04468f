package dev.rootlessnetwork.kube;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees every answer of the API server, and every failure to get one. Says in one line what stands in the way, once for each
 * trouble, and when it is over. Thread-safe.
 */
final class ApiServerMonitor implements Interceptor {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServerMonitor.class);
    private static final int NO_ANSWER = 0;

    private final Map<Access, Trouble> troubles = new EnumMap<>(Access.class);
    private String address = "";
    private long retryAtNanos = System.nanoTime();
    private boolean ending;

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

    /**
     * What goes on since something was answered as it should be.
     *
     * @param text the newest of it
     * @param told codes of what was said already: an API server that goes down and comes up fails in many ways, in turn
     */
    private record Trouble(String text, Set<Integer> told) {}

    /** Tells which API server it is, for messages. */
    void watches(String newAddress) {
        address = newAddress.replaceFirst("/+$", "");
    }

    /** What keeps us from hearing of objects; empty if nothing does. */
    synchronized Optional<String> readTrouble() {
        return Optional.ofNullable(troubles.get(Access.READ)).map(Trouble::text);
    }

    /** What keeps us from writing statuses or events; empty if nothing does. */
    synchronized Optional<String> writeTrouble() {
        return Optional.ofNullable(troubles.get(Access.WRITE)).map(Trouble::text);
    }

    /** How long the API server asks us still to wait (Retry-After); zero: not at all. */
    synchronized Duration retryAfter() {
        return Duration.ofNanos(Math.max(0, retryAtNanos - System.nanoTime()));
    }

    /** From now on requests are cut off by ourselves, which is not worth a word. */
    synchronized void end() {
        ending = true;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Access access = request.method().equals("GET") ? Access.READ : Access.WRITE;
        try {
            Response response = chain.proceed(request);
            answered(access, response);
            return response;
        } catch (IOException e) {
            String why = chain.call().isCanceled() ? "no answer" : describe(e);
            begin(access, NO_ANSWER, "cannot reach the API server at " + address + " (" + why + ")");
            throw e;
        }
    }

    private void answered(Access access, Response response) {
        waitAsAsked(response.header("Retry-After"));
        String trouble = trouble(access, response.code());
        if (trouble == null) {
            over(access);
        } else {
            begin(access, response.code(), trouble);
        }
    }

    /** @param seconds as Kubernetes gives it; anything else is not for us */
    private synchronized void waitAsAsked(@Nullable String seconds) {
        if (seconds != null && seconds.matches("\\d{1,5}")) {
            retryAtNanos = System.nanoTime()
                    + Duration.ofSeconds(Long.parseLong(seconds)).toNanos();
        }
    }

    private static String describe(IOException failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Null for an answer that says the API server works: one object's being gone or changed is not its trouble. */
    private static @Nullable String trouble(Access access, int code) {
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

    private synchronized void begin(Access access, int code, String trouble) {
        Trouble before = troubles.get(access);
        Set<Integer> told = before == null ? new HashSet<>() : before.told;
        troubles.put(access, new Trouble(trouble, told));
        if (told.add(code) && !ending) {
            LOG.warn("Cannot {}: {}. Trying again; networks run on", access.what, trouble);
        }
    }

    private synchronized void over(Access access) {
        if (troubles.remove(access) != null) {
            LOG.info("Can {} again server={}", access.what, URI.create(address).getAuthority());
        }
    }
}
