package dev.rootlessnetwork;

/** A command ends without having done what it was asked for; the message is all that the user gets to see. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    private CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Something is not as it should be, or not there. */
    static CommandFailure failed(String message) {
        return new CommandFailure(ExitCode.FAILED, message);
    }

    /** Flags, arguments or defaults make no sense. */
    static CommandFailure wrongUsage(String message) {
        return new CommandFailure(ExitCode.WRONG_USAGE, message);
    }

    int exitCode() {
        return exitCode;
    }
}
