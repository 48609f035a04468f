package dev.rootlessnetwork.slirp;

import java.util.Objects;

/** slirp4netns did not get ready; nothing of it is left. */
public final class SlirpStartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** It could not be started, or ended before it was ready. */
        FAILED,
        /** It was not ready in time. */
        READY_TIMEOUT
    }

    private final Kind kind;

    SlirpStartException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    SlirpStartException(Kind kind, String message, Throwable cause) {
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
