package dev.rootlessnetwork.posix;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call failed; the message says what was done, to what, and the errno in words and by name. */
public final class PosixException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String errnoName;

    private PosixException(String action, Errno errno) {
        super(action + ": " + errno.description() + " (" + errno.name() + ")");
        this.errnoName = errno.name();
    }

    /** The failure of the call that this thread made last. */
    static PosixException last(String action) {
        return of(action, LibC.RUNTIME.getLastError());
    }

    static PosixException of(String action, int errno) {
        return new PosixException(action, Errno.valueOf(errno));
    }

    /** Hands a result on, unless it is negative, which is how system calls tell of a failure. */
    static int check(int result, String action) throws PosixException {
        if (result < 0) {
            throw last(action);
        }
        return result;
    }

    /** Such as {@code EACCES}. */
    public String errnoName() {
        return errnoName;
    }

    /** Whether errno has a certain name. */
    public boolean is(String name) {
        return errnoName.equals(name);
    }
}
