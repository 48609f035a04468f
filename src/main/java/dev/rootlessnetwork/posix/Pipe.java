package dev.rootlessnetwork.posix;

import java.time.Duration;

/** A pipe, see pipe(2). Close the own copy of an end that was handed to a child: only then does its end show here. */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    /** A new pipe, both ends closed on exec. */
    public static Pipe open() throws PosixException {
        int[] ends = new int[2];
        LibC.check(LibC.C.pipe2(ends, LibC.O_CLOEXEC), "open a pipe");
        return new Pipe(new Fd(ends[0]), new Fd(ends[1]));
    }

    /**
     * Waits until there is something to read, or the last writer has closed.
     *
     * @return false if neither came in time
     */
    public boolean awaitReadable(Duration timeout) throws PosixException {
        return readEnd.awaitReadable(timeout);
    }

    @Override
    public void close() {
        writeEnd.close();
        readEnd.close();
    }
}
