package dev.rootlessnetwork.posix;

import jnr.constants.platform.Signal;

/**
 * How a process ended.
 *
 * @param code its exit status, 0–255; meaningful if {@code signal} is 0
 * @param signal number of the signal that killed it, or 0
 */
public record ExitStatus(int code, int signal) {
    public static final ExitStatus SUCCESS = new ExitStatus(0, 0);

    /** Of a process whose end another has taken note of. */
    public static final ExitStatus UNKNOWN = new ExitStatus(-1, 0);

    /** Takes a status of wait(2) apart. */
    static ExitStatus ofWait(int status) {
        return new ExitStatus((status >> 8) & 0xff, status & 0x7f);
    }

    /** {@code exited with status 1} or {@code was killed by SIGKILL}. */
    @Override
    public String toString() {
        if (equals(UNKNOWN)) {
            return "ended with an unknown exit status";
        }
        return signal == 0 ? "exited with status " + code : "was killed by " + signalName(signal);
    }

    /** Realtime signals have numbers only. */
    private static String signalName(int number) {
        Signal signal = Signal.valueOf(number);
        return signal == Signal.__UNKNOWN_CONSTANT__ ? "signal " + number : signal.name();
    }
}
