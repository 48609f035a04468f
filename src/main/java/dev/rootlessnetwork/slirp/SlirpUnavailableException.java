package dev.rootlessnetwork.slirp;

import java.util.Objects;

/** There is no slirp4netns that works; the message says where it was looked for or what it did. */
public final class SlirpUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    SlirpUnavailableException(String message) {
        super(message);
    }

    SlirpUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
