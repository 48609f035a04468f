package dev.rootlessnetwork.posix;

/** Signals that we send, the gentler first. */
public enum Signal {
    TERM(15),
    KILL(9);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    @Override
    public String toString() {
        return "SIG" + name();
    }
}
