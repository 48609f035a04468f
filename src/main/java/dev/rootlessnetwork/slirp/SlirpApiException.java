package dev.rootlessnetwork.slirp;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of slirp4netns's API failed. */
public final class SlirpApiException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** It answered with an error; the message has its words. */
        REFUSED,
        /** It did not answer in time. */
        TIMEOUT,
        /** Nobody listens on the socket. */
        GONE,
        /** The answer is none that we know. */
        PROTOCOL
    }

    private final Kind kind;

    SlirpApiException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
