package dev.rootlessnetwork;

/** How commands end. */
final class ExitCode {
    /** All is ready, or valid; or stopped by a signal as asked. */
    static final int OK = 0;
    /** Something is not ready or valid; the state directory is another's; a name is unknown. */
    static final int FAILED = 1;
    /** Wrong usage, flags or defaults. */
    static final int WRONG_USAGE = 2;
    /** The machine lacks what every object needs. */
    static final int ENVIRONMENT = 3;

    private ExitCode() {}
}
