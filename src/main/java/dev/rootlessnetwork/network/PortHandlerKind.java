package dev.rootlessnetwork.network;

import java.util.Arrays;
import java.util.Optional;

/** Who moves the bytes of forwarded ports: Podman's {@code port_handler}. */
public enum PortHandlerKind {
    /** Our relay; the default. */
    ROOTLESSKIT("rootlesskit"),
    /** slirp4netns's own {@code add_hostfwd}. */
    SLIRP4NETNS("slirp4netns");

    private final String optionValue;

    PortHandlerKind(String optionValue) {
        this.optionValue = optionValue;
    }

    /** The port handler of that {@link #optionValue}; empty if there is none. */
    public static Optional<PortHandlerKind> of(String optionValue) {
        return Arrays.stream(values())
                .filter(kind -> kind.optionValue.equals(optionValue))
                .findFirst();
    }

    /** The value as options and specs spell it. */
    public String optionValue() {
        return optionValue;
    }
}
