package dev.rootlessnetwork.network;

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

    /** The value as options and specs spell it. */
    public String optionValue() {
        return optionValue;
    }
}
