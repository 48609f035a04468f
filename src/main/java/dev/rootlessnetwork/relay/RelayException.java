package dev.rootlessnetwork.relay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A relay did not do what it was asked for. */
public final class RelayException extends IOException {
    private static final long serialVersionUID = 1L;

    RelayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
