package dev.rootlessnetwork.kube;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bearer token in a file that somebody replaces before it expires; read for each request, of which there are few. Thread-safe. */
final class TokenFile implements OAuthTokenProvider {
    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

    private final Path path;
    private final AtomicBoolean isMissing = new AtomicBoolean();

    TokenFile(Path path) {
        this.path = path;
    }

    /** The token; empty, which the API server refuses, if there is none to read just now. */
    @Override
    public String getToken() {
        try {
            String token = Files.readString(path).strip();
            isMissing.set(false);
            return token;
        } catch (IOException e) {
            if (!isMissing.getAndSet(true)) {
                LOG.warn("Cannot read the token for the API server file={} error={}", path, e.toString());
            }
            return "";
        }
    }
}
