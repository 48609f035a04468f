package dev.rootlessnetwork.network;

/**
 * Something that keeps a network or a port from being as it should.
 *
 * @param stalled true: only a change by a person helps; false: it is being worked on or retried
 * @param message what happened, to what, and what to do about it, in one or two sentences
 */
public record Problem(Reason reason, boolean stalled, String message) {
    /** A problem of a port or of starting slirp4netns, which is tried again. */
    public static Problem retried(Reason reason, String message) {
        return new Problem(reason, false, message);
    }

    /** A problem that only a change by a person mends. */
    public static Problem stalled(Reason reason, String message) {
        return new Problem(reason, true, message);
    }

    /** A problem whose reason alone says whether it stalls; for {@code TargetNotFound} and {@code TargetExited} name the target. */
    public static Problem of(Reason reason, Target target, String message) {
        return new Problem(reason, reason.stalls(target), message);
    }
}
