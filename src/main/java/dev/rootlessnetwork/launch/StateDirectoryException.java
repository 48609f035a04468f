package dev.rootlessnetwork.launch;

import java.io.IOException;

/** The state directory cannot be used; the message says why and what to do. */
public final class StateDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    StateDirectoryException(String message) {
        super(message);
    }

    StateDirectoryException(String message, IOException cause) {
        super(message, cause);
    }
}
