package dev.rootlessnetwork.launch;

/** Why a slirp4netns has to be started anew for an object that had one. */
public enum RestartReason {
    /** It ended by itself; what the status counts as a restart. */
    DIED,
    /** The object's options ask for another one. */
    OPTIONS_CHANGED,
    /** The object names another target, or another process took the target's place. */
    TARGET_CHANGED,
    /** It could not be controlled any more. */
    API_SOCKET_MISSING
}
