package dev.rootlessnetwork.slirp;

import java.util.Objects;

/** The installed slirp4netns lacks a flag that a spec needs; the message names flag and versions. */
public final class UnsupportedOptionException extends Exception {
    private static final long serialVersionUID = 1L;

    UnsupportedOptionException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
