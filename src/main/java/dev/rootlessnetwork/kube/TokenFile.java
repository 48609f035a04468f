package dev.rootlessnetwork.kube;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bearer token in a file that somebody replaces before it expires; read for each request, of which there are few. */
record TokenFile(Path path) implements OAuthTokenProvider {
    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

    /** The token; empty, which the API server refuses, if there is none to read just now. */
    @Override
    public String getToken() {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            LOG.warn("Cannot read the token for the API server file={} error={}", path, e.toString());
            return "";
        }
    }
}
