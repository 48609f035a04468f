package dev.rootlessnetwork.posix;

import java.io.IOException;

/** A system call that failed, with its errno: {@code open /x: Permission denied (EACCES)}. */
public final class PosixException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param doing what was being done, to what, as it stands in the message */
    PosixException(String doing, int errno) {
        super(doing + ": " + words(errno));
        this.errno = errno;
    }

    /** @param remedy what the reader can do about it, a clause without full stop */
    PosixException(String doing, int errno, String remedy) {
        super(doing + ": " + words(errno) + "; " + remedy);
        this.errno = errno;
    }

    /** The symbolic name, such as {@code EACCES}. */
    public String errnoName() {
        return LibC.errnoName(errno);
    }

    /** The system's words alone, such as {@code Permission denied (EACCES)}, for messages that begin otherwise. */
    public String words() {
        return words(errno);
    }

    /** Whether the errno has this symbolic name. */
    public boolean is(String name) {
        return errnoName().equals(name);
    }

    int errno() {
        return errno;
    }

    private static String words(int errno) {
        return LibC.errnoWords(errno) + " (" + LibC.errnoName(errno) + ")";
    }
}
