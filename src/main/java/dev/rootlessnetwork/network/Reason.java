package dev.rootlessnetwork.network;

/** Why a network or a port is in the state it is in; the names are those of the conditions' reasons. */
public enum Reason {
    NetworkReady(Kind.HEALTHY),
    SlirpRunning(Kind.HEALTHY),
    PortsActive(Kind.HEALTHY),
    /** The first attempt is under way. */
    Starting(Kind.RECONCILING),
    /** Stopped, and not started, for as long as the agent of the node drains. */
    Drained(Kind.RECONCILING),
    InvalidSpec(Kind.STALLED),
    UnsupportedOption(Kind.STALLED),
    BinaryNotFound(Kind.STALLED),
    TargetNotFound(Kind.BY_TARGET),
    TargetExited(Kind.BY_TARGET),
    TargetInUse(Kind.STALLED),
    TargetNotAllowed(Kind.STALLED),
    PermissionDenied(Kind.STALLED),
    StartFailed(Kind.RECONCILING),
    ReadyTimeout(Kind.RECONCILING),
    SlirpExited(Kind.RECONCILING),
    PortConflict(Kind.RECONCILING),
    PortPermission(Kind.RECONCILING),
    PortNotAllowed(Kind.STALLED),
    PortFailed(Kind.RECONCILING);

    private enum Kind {
        HEALTHY,
        RECONCILING,
        STALLED,
        BY_TARGET
    }

    private final Kind kind;

    Reason(Kind kind) {
        this.kind = kind;
    }

    /** Whether only a change by a person helps; an absent target does so unless it is one that is awaited. */
    public boolean stalls(Target target) {
        return kind == Kind.STALLED || (kind == Kind.BY_TARGET && !target.awaited());
    }
}
