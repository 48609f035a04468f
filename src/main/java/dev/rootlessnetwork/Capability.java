package dev.rootlessnetwork;

/** Capabilities by their numbers in capabilities(7), of those that networks need. */
enum Capability {
    /** Not needed, but what has it lacks no {@link #DAC_READ_SEARCH}. */
    DAC_OVERRIDE(1),
    DAC_READ_SEARCH(2),
    SETPCAP(8),
    NET_BIND_SERVICE(10),
    NET_ADMIN(12),
    SYS_PTRACE(19),
    SYS_ADMIN(21);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    /** @param set a bit each, as in /proc/PID/status */
    boolean isIn(long set) {
        return (set & 1L << number) != 0 || (this == DAC_READ_SEARCH && DAC_OVERRIDE.isIn(set));
    }
}
