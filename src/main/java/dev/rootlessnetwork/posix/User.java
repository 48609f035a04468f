package dev.rootlessnetwork.posix;

/** Who we are. */
public final class User {
    private User() {}

    /** Effective user ID; 0 is root. */
    public static int effectiveId() {
        return LibC.C.geteuid();
    }
}
